package dev.loramill.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TopicsCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void listNamesEveryTopicWithItsUsers() {
        assertThat(run("list")).isZero();

        assertThat(out.toString())
                .contains(Topics.descriptions().stream().map(TopicDescription::name).toList())
                .containsPattern("loramill.adapters +1 +compact +newest +train +serve")
                .containsPattern("loramill.rows.rejected +4 +delete +30 d +ingest,clean +clean");
    }

    @Test
    void aclsArePrintedAsKafkasOwnToolTakesThem() {
        assertThat(run("acls", "--principal", "clean=User:c")).isZero();

        assertThat(out.toString())
                .contains(
                        "kafka-acls --add --allow-principal User:c --operation read --topic"
                                + " 'loramill.rows.received'\n",
                        "--operation write --transactional-id 'loramill-clean'"
                                + " --resource-pattern-type prefixed\n");
    }

    @Test
    void anUnknownProgramIsRefusedWithTheKnownOnes() {
        assertThat(run("acls", "--principal", "cleaner=User:c")).isEqualTo(2);

        assertThat(err.toString()).contains("cleaner", "INGEST", "OUTSIDE");
    }

    @Test
    void aClusterThatCannotBeReachedIsASentence(@TempDir Path directory) throws Exception {
        Path config =
                Files.writeString(
                        directory.resolve("client.properties"),
                        "default.api.timeout.ms=500\nrequest.timeout.ms=400\n");

        assertThat(
                        run(
                                "check",
                                "--bootstrap",
                                "127.0.0.1:1",
                                "--command-config",
                                config.toString()))
                .isEqualTo(1);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("Kafka does not answer");
    }

    @Test
    void aWrongClientSettingIsNamed(@TempDir Path directory) throws Exception {
        Path config =
                Files.writeString(
                        directory.resolve("client.properties"), "security.protocol=SSL_SASL\n");

        assertThat(
                        run(
                                "check",
                                "--bootstrap",
                                "127.0.0.1:1",
                                "--command-config",
                                config.toString()))
                .isEqualTo(1);

        assertThat(err.toString()).contains("security.protocol", "SSL_SASL");
    }

    private int run(String... arguments) {
        return new CommandLine(new TopicsCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
