package dev.loramill.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/operations.md lists is what the services log, measure and check. */
class OperationsTest {
    private static final Path PAGE = Path.of("../docs/operations.md");
    private static final List<String> MODULES =
            List.of(
                    "libraries",
                    "ingest-service",
                    "clean-service",
                    "train-service",
                    "trainer",
                    "train-worker",
                    "serve-service");

    @Test
    void everyLogKeyIsListed() throws IOException {
        TreeSet<String> keys = found("addKeyValue\\(\\s*\"(\\w+)\"");

        assertThat(keys).contains("jobId", "datasetId");
        assertThat(Files.readString(PAGE))
                .contains(keys.stream().map(key -> "`" + key + "`").toList());
    }

    @Test
    void everyListedLogKeyIsLogged() throws IOException {
        String logs = Files.readString(PAGE).split("\n## Logs\n")[1].split("\n## ")[0];
        TreeSet<String> listed = new TreeSet<>();
        logs.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .forEach(cell ->
                        Pattern.compile("`(\\w+)`")
                                .matcher(cell)
                                .results()
                                .forEach(match -> listed.add(String.valueOf(match.group(1)))));

        assertThat(listed).contains("jobId");
        assertThat(found("addKeyValue\\(\\s*\"(\\w+)\"")).containsAll(listed);
    }

    @Test
    void everyMetricIsListed() throws IOException {
        TreeSet<String> metrics =
                found("(?:builder|counter|gauge|timer)\\(\\s*\"(loramill[a-z.]+)\"");

        assertThat(metrics).contains("loramill.train.jobs", "loramill.serve.contexts");
        assertThat(Files.readString(PAGE))
                .contains(metrics.stream().map(metric -> "`" + metric.replace('.', '_')).toList());
    }

    @Test
    void everyHealthCheckIsListed() throws IOException {
        TreeSet<String> checks = found("HealthCheckResponse\\s*\\.named\\(\\s*\"([^\"]+)\"");

        assertThat(checks).contains("messaging");
        assertThat(Files.readString(PAGE))
                .contains(checks.stream().map(check -> "`" + check + "`").toList());
    }

    @Test
    void whatReadinessNamesIsListed() throws IOException {
        TreeSet<String> contacts =
                found(
                        "String name\\(\\) \\{\\s*return \"([a-z]+)\";\\s*}\\s*@Override\\s+public (?:synchronized )?Optional<String> fault");

        assertThat(contacts)
                .contains(
                        "kafka",
                        "consumers",
                        "batches",
                        "outbox",
                        "topology",
                        "adapters",
                        "worker");
        assertThat(Files.readString(PAGE))
                .contains(contacts.stream().map(contact -> "`" + contact + "`").toList());
    }

    private static TreeSet<String> found(String expression) throws IOException {
        Pattern pattern = Pattern.compile(expression);
        TreeSet<String> found = new TreeSet<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module))) {
                for (Path file : files.filter(OperationsTest::isSource).toList()) {
                    pattern.matcher(Files.readString(file))
                            .results()
                            .map(match -> String.valueOf(match.group(1)))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    private static boolean isSource(Path file) {
        return file.toString().contains("/src/main/java/") && file.toString().endsWith(".java");
    }
}
