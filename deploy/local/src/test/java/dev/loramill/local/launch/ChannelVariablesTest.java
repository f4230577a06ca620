package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which services get the variables of which channels. */
class ChannelVariablesTest {
    private static final String POLL = "MP_MESSAGING_INCOMING_ROWS_SUBMITTED_MAX_POLL_RECORDS";
    private static final String ROWS = "MP_MESSAGING_INCOMING_ROWS_TOPIC";

    @TempDir private Path directory;
    private TrialHome trial;

    @BeforeEach
    void describeChannels() throws Exception {
        trial =
                new TrialHome(directory)
                        .channel(Service.INGEST, "mp.messaging.incoming.rows-submitted.topic")
                        .channel(Service.CLEAN, "mp.messaging.incoming.rows.topic")
                        .channel(Service.SERVE, "%dev.mp.messaging.outgoing.rows.topic");
    }

    @Test
    void eachGoesToTheServicesThatHaveItsChannel() throws Exception {
        ChannelVariables variables = of(POLL, ROWS, "PATH", "MP_MESSAGING_CONNECTOR_X");

        assertThat(variables.withheldFrom(Service.INGEST)).containsExactly(ROWS);
        assertThat(variables.withheldFrom(Service.CLEAN)).containsExactly(POLL);
        assertThat(variables.withheldFrom(Service.SERVE))
                .as("has a channel rows, but sends on it")
                .containsExactlyInAnyOrder(ROWS, POLL);
    }

    @Test
    void aChannelOfALibraryIsKnownInTheServicesThatHaveTheLibrary() throws Exception {
        trial.libraryChannel(Service.INGEST, "mp.messaging.outgoing.outbox.topic");
        String variable = "MP_MESSAGING_OUTGOING_OUTBOX_LINGER_MS";

        assertThat(of(variable).withheldFrom(Service.INGEST)).isEmpty();
        assertThat(of(variable).withheldFrom(Service.SERVE)).containsExactly(variable);
    }

    @Test
    void aVariableMayBeWrittenAsTheKeyIs() throws Exception {
        String key = "mp.messaging.outgoing.rows.acks";

        assertThat(of(key).withheldFrom(Service.SERVE)).isEmpty();
        assertThat(of(key).withheldFrom(Service.CLEAN)).containsExactly(key);
    }

    @Test
    void aChannelThatNoServiceHasIsRefusedWithThoseThatAre() {
        assertThatThrownBy(() -> of("MP_MESSAGING_INCOMING_ROSW_TOPIC"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("MP_MESSAGING_INCOMING_ROSW_TOPIC")
                .hasMessageContaining(
                        "MP_MESSAGING_INCOMING_ROWS_, MP_MESSAGING_INCOMING_ROWS_SUBMITTED_,"
                                + " MP_MESSAGING_OUTGOING_ROWS_");
    }

    private ChannelVariables of(String... variables) throws Exception {
        return ChannelVariables.of(Set.of(variables), trial.home());
    }
}
