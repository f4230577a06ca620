package dev.loramill.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The OpenAPI document of a service: what the build wrote from its routes, against what is
 * committed in {@code docs/api}.
 */
public final class ApiDocument {
    private static final Path BUILT = Path.of("target", "openapi", "openapi.yaml");
    private static final String WRITE = "loramill.write-api";

    private ApiDocument() {}

    /**
     * Asserts that {@code docs/api/NAME.yaml} tells the routes of the service in the working
     * directory; with {@code -Dloramill.write-api=true} it is written instead.
     */
    public static void assertCommitted(String name) throws IOException {
        Path folder = Path.of("..", "docs", "api");
        Path committed = folder.resolve(name + ".yaml");
        String built = Files.readString(BUILT);
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(folder);
            Files.writeString(committed, built);
            return;
        }
        assertThat(committed)
                .as(
                        "docs/api/%s.yaml does not tell the routes of the service; write it by ./mvnw verify -pl %s-service -am -Dit.test=ApiDocumentIT -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false -D%s=true",
                        name, name, WRITE)
                .exists()
                .content()
                .isEqualTo(built);
    }
}
