package dev.loramill.worker.agent;

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
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent must remember over a restart: how far it has read its assignments, and the attempt
 * that it runs. Written as a whole, by a rename; all methods are thread-safe.
 */
public final class AgentState {
    private static final JsonMapper JSON = EventJson.mapper();

    private final Path file;
    private Snapshot snapshot;

    /**
     * The file's content.
     *
     * @param positions next offset to read of each partition of the assignments topic
     * @param running the attempt that is not yet reported as finished or failed
     */
    private record Snapshot(Map<Integer, Long> positions, @Nullable AttemptAssigned running) {}

    private AgentState(Path file, Snapshot snapshot) {
        this.file = file;
        this.snapshot = snapshot;
    }

    /** Reads the state that lies in a directory; an empty state where none lies. */
    public static AgentState in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("agent.json");
        Snapshot snapshot =
                Files.exists(file)
                        ? JSON.readValue(file.toFile(), Snapshot.class)
                        : new Snapshot(Map.of(), null);
        return new AgentState(file, snapshot);
    }

    /** Next offset to read of each partition; empty at the first start. */
    public synchronized Map<Integer, Long> positions() {
        return Map.copyOf(snapshot.positions());
    }

    /** The attempt that was running when the state was last written. */
    public synchronized @Nullable AttemptAssigned running() {
        return snapshot.running();
    }

    /** Remembers that assignments were read up to an offset. */
    public synchronized void readUpTo(int partition, long nextOffset) {
        Map<Integer, Long> positions = new HashMap<>(snapshot.positions());
        positions.put(partition, nextOffset);
        write(new Snapshot(positions, snapshot.running()));
    }

    /** Remembers the attempt that runs from now on. */
    public synchronized void runs(AttemptAssigned assigned) {
        write(new Snapshot(snapshot.positions(), assigned));
    }

    /** Forgets an attempt that was reported; one that replaced it stays. */
    public synchronized void ended(AttemptAssigned assigned) {
        AttemptAssigned running = snapshot.running();
        if (running != null && running.attempt().equals(assigned.attempt())) {
            write(new Snapshot(snapshot.positions(), null));
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
