package dev.loramill.worker.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.EventJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agent must remember over a restart: the attempt that it runs. Written as a whole, by a
 * rename; all methods are thread-safe.
 */
final class AgentState {
    private static final Logger LOG = LoggerFactory.getLogger(AgentState.class);
    private static final JsonMapper JSON = EventJson.mapper();
    // Enough for the state itself: assignments hold the probe questions.
    private static final int PROBE_BYTES = 64 << 10;

    private final Path file;
    private Snapshot snapshot;

    /**
     * The file's content.
     *
     * @param running the attempt that is not yet reported as finished or failed
     * @param traceParent trace that its assignment belongs to
     */
    // Earlier versions kept their place in the assignments here, too.
    @JsonIgnoreProperties("positions")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Snapshot(@Nullable AttemptAssigned running, @Nullable String traceParent) {}

    private AgentState(Path file, Snapshot snapshot) {
        this.file = file;
        this.snapshot = snapshot;
    }

    /** Reads the state that lies in a directory; an empty state where none lies. */
    static AgentState in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("agent.json");
        return new AgentState(file, Files.exists(file) ? read(file) : new Snapshot(null, null));
    }

    /** What cannot be read is forgotten: the lease of its attempt ends, and another is made. */
    private static Snapshot read(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        try {
            return JSON.readValue(content, Snapshot.class);
        } catch (IOException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("path", file)
                    .log("The agent's state cannot be read, it begins anew");
            return new Snapshot(null, null);
        }
    }

    /** The attempt that was running when the state was last written. */
    synchronized @Nullable AttemptAssigned running() {
        return snapshot.running();
    }

    /** Trace that the running attempt belongs to; null when it is not traced. */
    synchronized @Nullable String traceParent() {
        return snapshot.traceParent();
    }

    /**
     * Remembers the attempt that runs from now on.
     *
     * @param traceParent trace that its reports go on in, or null
     * @throws UncheckedIOException if it cannot be written down; then nothing has changed
     */
    synchronized void runs(AttemptAssigned assigned, @Nullable String traceParent) {
        write(new Snapshot(assigned, traceParent));
    }

    /**
     * Forgets an attempt that was reported; one that replaced it stays.
     *
     * @throws UncheckedIOException if that cannot be written down; it is forgotten all the same
     *     until a restart
     */
    synchronized void ended(AttemptAssigned assigned) {
        AttemptAssigned running = snapshot.running();
        if (running != null && running.attempt().equals(assigned.attempt())) {
            snapshot = new Snapshot(null, null);
            write(snapshot);
        }
    }

    /** Why nothing can be written down at the moment, found by trying; empty when it can. */
    synchronized Optional<String> fault() {
        Path probe = file.resolveSibling("probe.tmp");
        try {
            Files.write(probe, new byte[PROBE_BYTES]);
            Files.delete(probe);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("nothing can be written to \"%s\": %s".formatted(probe, e));
        }
    }

    private void write(Snapshot next) {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.write(temporary, JSON.writeValueAsBytes(next));
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the agent's state to " + file, e);
        }
        snapshot = next;
    }
}
