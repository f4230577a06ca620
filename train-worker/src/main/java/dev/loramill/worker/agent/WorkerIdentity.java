package dev.loramill.worker.agent;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.EventJson;
import dev.loramill.events.EventLimits;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which worker this is. Its id is what people call it; its instance is drawn when its directory is
 * made and stays with that, so that two workers of one id are told apart; its incarnation counts
 * the starts in that directory, since a clock may be set back. The directory is locked: it has one
 * process at a time.
 */
@ApplicationScoped
class WorkerIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerIdentity.class);
    private static final JsonMapper JSON = EventJson.mapper();

    /** A process that was asked to end may still be at it. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Path directory;
    private final Duration patience;
    private final String id;
    private final String instance;
    private @Nullable FileChannel lock;
    private long incarnation;

    /**
     * The file's content.
     *
     * @param incarnation of the latest start
     */
    private record Stored(String instance, long incarnation) {
        Stored {
            if (!EventLimits.isId(instance) || incarnation < 0) {
                throw new IllegalArgumentException("neither instance nor count of a worker");
            }
        }
    }

    /**
     * @throws IllegalStateException if another process works in the directory, or no worker can
     *     have the id
     */
    @Inject
    WorkerIdentity(AgentConfig config) {
        this(config, PATIENCE);
    }

    /**
     * @param patience how long a process that has the directory is waited for
     */
    WorkerIdentity(AgentConfig config, Duration patience) {
        this.patience = patience;
        this.directory = config.directory().toAbsolutePath().normalize();
        this.id = config.id().orElseGet(WorkerIdentity::hostName);
        if (!EventLimits.isId(id)) {
            throw new IllegalStateException(
                    ("loramill.worker.id must be 1 to %d letters, digits, \".\", \"_\" or \"-\","
                                    + " the first a letter or digit, got \"%s\"")
                            .formatted(EventLimits.ID, id));
        }
        Stored stored = null;
        try {
            lock();
            stored = read();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("workerId", id)
                    .setCause(e)
                    .log("The worker's directory cannot be used yet");
        }
        this.instance = stored == null ? newInstance() : stored.instance();
        this.incarnation = stored == null ? 0 : stored.incarnation();
    }

    /** Id of the worker, stable over restarts. */
    String id() {
        return id;
    }

    /** Which of all workers that ever had the id it is. */
    String instance() {
        return instance;
    }

    /** Grows with each start; 0 before the first {@link #begin()}. */
    synchronized long incarnation() {
        return incarnation;
    }

    /**
     * Counts this start; afterwards the directory is this process's own.
     *
     * @throws IOException if it cannot be written to
     */
    synchronized void begin() throws IOException {
        lock();
        Path file = file();
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(temporary, JSON.writeValueAsBytes(new Stored(instance, incarnation + 1)));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        incarnation++;
    }

    @PreDestroy
    synchronized void release() throws IOException {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }

    private Path file() {
        return directory.resolve("identity.json");
    }

    private @Nullable Stored read() throws IOException {
        if (!Files.exists(file())) {
            return null;
        }
        try {
            return JSON.readValue(file().toFile(), Stored.class);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("workerId", id)
                    .setCause(e)
                    .log("What the worker knows of itself cannot be read and is made anew");
            return null;
        }
    }

    private synchronized void lock() throws IOException {
        if (lock != null) {
            return;
        }
        Files.createDirectories(directory);
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("worker.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        boolean isOurs = false;
        try {
            for (long end = System.nanoTime() + patience.toNanos(); !isOurs; ) {
                isOurs = isLocked(channel);
                if (!isOurs && System.nanoTime() > end) {
                    throw new IllegalStateException(
                            ("another process works in \"%s\"; end it, or give this worker a"
                                            + " loramill.worker.directory and a loramill.worker.id"
                                            + " of its own")
                                    .formatted(directory));
                }
                if (!isOurs) {
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            }
            lock = channel;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted on the way to the worker's lock", e);
        } finally {
            if (!isOurs) {
                channel.close();
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String newInstance() {
        return UUID.randomUUID().toString();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}
