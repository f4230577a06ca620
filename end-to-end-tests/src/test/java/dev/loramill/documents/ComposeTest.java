package dev.loramill.documents;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * docker-compose.yml, the Dockerfile and their scripts hold together, and say what the docs say.
 */
class ComposeTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern PINNED = Pattern.compile("[a-z/-]+:[0-9]+\\.[0-9][0-9a-z._-]*");
    private static final Pattern KEY =
            Pattern.compile(
                    "(?m)^(?:\\| `([a-z0-9.-]+)` \\||(?:%\\{[a-z,]+}\\.)?([a-z][^=\\s]*)=)");
    private static final Pattern FROM_OUTSIDE = Pattern.compile("\\$\\{([A-Z_]+)");

    /** Of images that are not ours; both stand in the documents of the image. */
    private static final Set<String> OF_IMAGES = Set.of("POSTGRES_PASSWORD");

    private final Map<String, Object> compose = read();

    @Test
    void everyVariableIsADocumentedKey() throws IOException {
        Set<String> known = new TreeSet<>(OF_IMAGES);
        known.addAll(documentedVariables());
        AbstractKafkaConfig.CONFIG_DEF.names().forEach(key -> known.add("KAFKA_" + variable(key)));

        services()
                .forEach((name, service) ->
                        map(service.get("environment"))
                                .keySet()
                                .forEach(variable ->
                                        assertThat(known)
                                                .as("%s of %s", variable, name)
                                                .contains(variable.replaceFirst("_FILE$", ""))));
    }

    @Test
    void whatComesFromOutsideIsTold() throws IOException {
        Set<String> known = documentedVariables();
        String told = Files.readString(ROOT.resolve("README.md"));

        List<String> taken =
                FROM_OUTSIDE
                        .matcher(Files.readString(ROOT.resolve("docker-compose.yml")))
                        .results()
                        .map(match -> String.valueOf(match.group(1)))
                        .toList();

        assertThat(taken)
                .isNotEmpty()
                .allSatisfy(variable ->
                        assertThat(known.contains(variable) || told.contains(variable))
                                .as("%s stands in docs/configuration.md or README.md", variable)
                                .isTrue());
    }

    @Test
    void everyServiceHasAHealthCheckAndOneShotsHaveNone() {
        Set<String> oneShots = waitedFor("service_completed_successfully");

        assertThat(oneShots).containsExactlyInAnyOrder("topics", "base");
        services()
                .forEach((name, service) -> {
                    Map<String, Object> check = map(service.get("healthcheck"));
                    assertThat(check).as(name).isNotEmpty();
                    assertThat(check.containsKey("disable"))
                            .as(name)
                            .isEqualTo(oneShots.contains(name));
                });
    }

    @Test
    void everyDependencyIsAServiceAndWaitsForWhatItCanBe() {
        assertThat(services().keySet())
                .containsAll(waitedFor("service_completed_successfully"))
                .containsAll(waitedFor("service_healthy"));
        services()
                .forEach((name, service) ->
                        map(service.get("depends_on"))
                                .forEach((dependency, condition) ->
                                        assertThat(map(condition).get("condition"))
                                                .as("%s on %s", name, dependency)
                                                .isIn(
                                                        "service_healthy",
                                                        "service_completed_successfully")));
    }

    @Test
    void imagesArePinnedAndTargetsStandInTheDockerfile() throws IOException {
        String dockerfile = Files.readString(ROOT.resolve("Dockerfile"));
        assertThat(dockerfile)
                .containsPattern("ARG JAVA=25\\.[0-9.]+_[0-9]+\n")
                .containsPattern("ARG NODE=[0-9]+\\.[0-9]+\\.[0-9]+\n")
                .contains("\nUSER loramill\n");

        services()
                .forEach((name, service) -> {
                    if (service.get("image") instanceof String image) {
                        assertThat(image).as(name).matches(PINNED);
                    } else {
                        Map<String, Object> build = map(service.get("build"));
                        assertThat(dockerfile)
                                .as(name)
                                .contains(" AS " + build.get("target") + "\n");
                        Object module = map(build.get("args")).get("MODULE");
                        if (module != null) {
                            assertThat(ROOT.resolve(module.toString()).resolve("pom.xml")).exists();
                        }
                        assertThat(service.get("read_only")).as(name).isEqualTo(true);
                    }
                });
    }

    @Test
    void secretsComeFromFilesThatGitDoesNotKeep() throws IOException {
        map(compose.get("secrets"))
                .values()
                .forEach(secret ->
                        assertThat(String.valueOf(map(secret).get("file")))
                                .startsWith("./secrets/"));
        assertThat(Files.readAllLines(ROOT.resolve(".gitignore"))).contains("/secrets/");
        services()
                .forEach((name, service) ->
                        map(service.get("environment"))
                                .forEach((variable, value) -> {
                                    if (variable.contains("PASSWORD")) {
                                        assertThat(variable).as(name).endsWith("_FILE");
                                        assertThat(String.valueOf(value))
                                                .startsWith("/run/secrets/");
                                        assertThat(list(service.get("secrets")))
                                                .as(name)
                                                .contains(
                                                        String.valueOf(value)
                                                                .substring(
                                                                        "/run/secrets/".length()));
                                    }
                                }));
    }

    @Test
    void portsAreOnTheLoopbackInterfaceAndVolumesAreDeclared() {
        Set<String> declared = map(compose.get("volumes")).keySet();
        services()
                .forEach((name, service) -> {
                    assertThat(list(service.get("ports")))
                            .as(name)
                            .allMatch(port -> port.startsWith("127.0.0.1:"));
                    assertThat(list(service.get("volumes")))
                            .as(name)
                            .allMatch(volume ->
                                    volume.startsWith("./")
                                            || declared.contains(volume.split(":", 2)[0]));
                });
    }

    @Test
    void secretsInFilesBecomeVariablesOfTheProgram(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "pass=\"w 'ord\n");
        Path java = directory.resolve("java");
        Files.writeString(
                java, "#!/bin/sh\nprintf '%s|' \"$QUARKUS_DATASOURCE_PASSWORD\" \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));

        Said started = start(directory, secret);
        Said refused = start(directory, directory.resolve("missing"));

        assertThat(started.text()).startsWith("pass=\"w 'ord|").contains("|-jar|");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.text())
                .contains("QUARKUS_DATASOURCE_PASSWORD_FILE names", "not there or not readable");
    }

    @Test
    void healthIsTheAnswerOfReadiness() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int[] status = {200};
        server.createContext(
                "/q/health/ready",
                exchange -> {
                    exchange.sendResponseHeaders(status[0], -1);
                    exchange.close();
                });
        server.start();
        String port = Integer.toString(server.getAddress().getPort());
        Path script = ROOT.resolve("deploy/compose/healthy");
        try {
            assertThat(run(new ProcessBuilder(script.toString(), port)).code()).isZero();
            status[0] = 503;
            assertThat(run(new ProcessBuilder(script.toString(), port)).code()).isEqualTo(1);
        } finally {
            server.stop(0);
        }
        assertThat(run(new ProcessBuilder(script.toString(), port)).code()).isEqualTo(1);
    }

    private record Said(int code, String text) {}

    private static Said start(Path programs, Path secret) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        ROOT.resolve("deploy/compose/start").toAbsolutePath().toString());
        builder.environment().merge("PATH", programs.toString(), (path, own) -> own + ":" + path);
        builder.environment().put("QUARKUS_DATASOURCE_PASSWORD_FILE", secret.toString());
        return run(builder);
    }

    private static Said run(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    private Set<String> waitedFor(String condition) {
        Set<String> names = new TreeSet<>();
        services()
                .values()
                .forEach(service ->
                        map(service.get("depends_on"))
                                .forEach((name, dependency) -> {
                                    if (condition.equals(map(dependency).get("condition"))) {
                                        names.add(name);
                                    }
                                }));
        return names;
    }

    private Map<String, Map<String, Object>> services() {
        return map(compose.get("services")).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, service -> map(service.getValue())));
    }

    private static Set<String> documentedVariables() throws IOException {
        return KEY.matcher(Files.readString(ROOT.resolve("docs/configuration.md")))
                .results()
                .map(match ->
                        variable(
                                match.group(1) == null
                                        ? requireNonNull(match.group(2))
                                        : match.group(1)))
                .collect(Collectors.toSet());
    }

    private static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static Map<String, Object> read() {
        try (Reader reader = Files.newBufferedReader(ROOT.resolve("docker-compose.yml"))) {
            return map(new Yaml().load(reader));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static List<String> list(@Nullable Object value) {
        List<String> strings = new ArrayList<>();
        if (value instanceof List<?> all) {
            all.forEach(each -> strings.add(String.valueOf(each)));
        }
        return strings;
    }
}
