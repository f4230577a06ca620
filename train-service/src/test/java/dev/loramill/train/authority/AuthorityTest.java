package dev.loramill.train.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
    private static final String SECRET = "a secret of thirty-two bytes or more";

    @TempDir private Path directory;

    @Test
    void theKeyIsMadeAtTheFirstStartAndStays() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        Path key = directory.resolve("authority/announcements.pem");

        String first = authority(key, secret).fingerprint();

        assertThat(key).exists();
        assertThat(authority(key, secret).fingerprint()).isEqualTo(first);
    }

    @Test
    void withoutKeyOrSecretTheServiceDoesNotStartAndSaysWhatToSet() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        Path weak = Files.writeString(directory.resolve("weak"), "password");
        Path key = directory.resolve("announcements.pem");
        Path noKey = Files.writeString(directory.resolve("text"), "no key");

        assertThatThrownBy(() -> authority(noKey, secret))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("loramill.train.authority.signing-key")
                .hasMessageContaining("openssl genpkey");
        assertThatThrownBy(() -> authority(key, directory.resolve("absent")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("loramill.train.authority.worker-secret")
                .hasMessageContaining("is not there");
        assertThatThrownBy(() -> authority(key, weak))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at least 32 bytes, got 8");
    }

    private static Authority authority(Path key, Path secret) {
        AuthorityConfig config =
                new SmallRyeConfigBuilder()
                        .withMapping(AuthorityConfig.class)
                        .withDefaultValue("loramill.train.authority.signing-key", key.toString())
                        .withDefaultValue(
                                "loramill.train.authority.worker-secret", secret.toString())
                        .build()
                        .getConfigMapping(AuthorityConfig.class);
        return new Authority(config, new SimpleMeterRegistry());
    }
}
