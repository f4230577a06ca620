package dev.loramill.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Writes docs/configuration.md from the sources. */
final class ConfigurationDocument {
    static final Path FILE = Path.of("../docs/configuration.md");

    private static final List<String> SERVICES =
            List.of(
                    "ingest-service",
                    "clean-service",
                    "train-service",
                    "train-worker",
                    "serve-service");
    private static final Pattern ALWAYS = Pattern.compile("[a-z]");
    private static final Pattern DEV_MODE = Pattern.compile("%\\{dev[,}]");
    private static final String HEAD =
            """
            # Configuration

            Every key can be set as an environment variable (upper case, every other character an underscore: `loramill.serve.context-length` is `LORAMILL_SERVE_CONTEXT_LENGTH`), as a system property, or in a file `config/application.properties` in the service's working directory. `./loramill up` hands its environment on to all services (what sets up a messaging channel to those that have the channel) and sets addresses, ports and directories itself; its own variables stand in [deploy/local](../deploy/local/README.md).

            `kafka.bootstrap.servers` (`127.0.0.1:19092`) names the brokers for every service; whatever else stands under `kafka.` (`kafka.security.protocol`, `kafka.sasl.*`, `kafka.ssl.*`) reaches every client too. What all channels have in common stands in [libraries/messaging](../libraries/messaging/README.md), and a channel's own settings are `mp.messaging.incoming.NAME.*` and `mp.messaging.outgoing.NAME.*`. `quarkus.otel.sdk.disabled=false` turns traces on. Services that share a machine share `loramill.artifacts.directory` and `loramill.bases.catalogue`.

            A value that is not allowed is told at the start, with all others that are not, and the service does not start. Durations are written like `15s` or `5m`, sizes like `512K` or `16G`.

            This page is written from the sources, by `ConfigurationDocument` in end-to-end-tests.
            """;

    private ConfigurationDocument() {}

    /** Writes the document anew. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(FILE, text());
    }

    /** What the document should say. */
    static String text() throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        text.append("\n## All services\n");
        table(
                text,
                Path.of("..", "libraries", "artifacts", "src", "main"),
                Path.of("..", "libraries", "http", "src", "main"));
        for (String service : SERVICES) {
            Path root = Path.of("..", service, "src", "main");
            text.append("\n## ").append(service).append('\n');
            table(text, root);
            text.append(
                    "\nSet in its `application.properties`, and to be overridden alike:\n\n```\n");
            lines(root.resolve("resources").resolve("application.properties"), ALWAYS)
                    .forEach(line -> text.append(line).append('\n'));
            text.append("```\n");
            List<String> ofDevMode =
                    lines(root.resolve("resources").resolve("application.properties"), DEV_MODE);
            if (!ofDevMode.isEmpty()) {
                text.append("\nIn dev mode (`quarkus:dev`) and in tests, too:\n\n```\n");
                ofDevMode.forEach(line -> text.append(line).append('\n'));
                text.append("```\n");
            }
        }
        return text.toString();
    }

    private static void table(StringBuilder text, Path... roots) throws IOException {
        text.append("\n| key | default | effect |\n|---|---|---|\n");
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            files.addAll(javaFiles(root));
        }
        for (ConfigurationKeys.Key key : ConfigurationKeys.in(files)) {
            text.append(row(key));
        }
    }

    private static String row(ConfigurationKeys.Key key) {
        String effect =
                key.range().isEmpty()
                        ? key.effect()
                        : key.effect()
                                + " "
                                + key.range().substring(0, 1).toUpperCase(Locale.ROOT)
                                + key.range().substring(1)
                                + ".";
        return "| `%s` | %s | %s |\n"
                .formatted(
                        key.name(),
                        key.defaultValue().map(value -> "`" + value + "`").orElse(""),
                        effect.replace("|", "\\|"));
    }

    private static List<Path> javaFiles(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith("Config.java")).sorted().toList();
        }
    }

    private static List<String> lines(Path file, Pattern wanted) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> wanted.matcher(line).lookingAt())
                .sorted()
                .toList();
    }
}
