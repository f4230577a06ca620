package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerIdentityTest {
    @TempDir Path directory;

    @Test
    void itsStartsAreCountedInItsDirectoryWhateverTheClockSays() throws IOException {
        WorkerIdentity first = identity("worker-1");
        first.begin();
        first.release();

        WorkerIdentity second = identity("worker-1");
        second.begin();

        assertThat(second.instance()).isEqualTo(first.instance());
        assertThat(first.incarnation()).isEqualTo(1);
        assertThat(second.incarnation()).isEqualTo(2);
        second.release();
    }

    @Test
    void aDirectoryHasOneProcess() throws IOException {
        WorkerIdentity first = identity("worker-1");

        assertThatThrownBy(() -> identity("worker-2"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("another process works in", directory.toString());

        first.release();
        identity("worker-2").release();
    }

    @Test
    void workersOfOneIdInTwoDirectoriesAreTwo() throws IOException {
        WorkerIdentity here = identity("worker-1");
        WorkerIdentity there =
                new WorkerIdentity(
                        TestConfig.in(
                                directory.resolve("other"),
                                Map.of("loramill.worker.id", "worker-1")),
                        Duration.ZERO);

        assertThat(there.instance()).isNotEqualTo(here.instance());
        here.release();
        there.release();
    }

    @Test
    void whatCannotBeReadIsMadeAnew() throws IOException {
        Files.writeString(directory.resolve("identity.json"), "{\"instance\":\"../x\"}");

        WorkerIdentity identity = identity("worker-1");

        assertThat(identity.instance()).hasSize(36);
        identity.begin();
        assertThat(identity.incarnation()).isEqualTo(1);
        identity.release();
    }

    @Test
    void anIdThatNoEventCanHoldIsRefusedAtTheStart() {
        assertThatThrownBy(() -> identity("../worker"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("got \"../worker\"");
    }

    private WorkerIdentity identity(String id) {
        return new WorkerIdentity(
                TestConfig.in(directory, Map.of("loramill.worker.id", id)), Duration.ZERO);
    }
}
