package dev.loramill.worker.agent;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.worker.report.Heartbeats;
import dev.loramill.worker.report.KafkaReporter;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the parts of the worker in the order that loses nothing: position in the assignments, the
 * unfinished attempt, heartbeats. While the broker is away it tries again and is not ready.
 */
@ApplicationScoped
class WorkerLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLifecycle.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final AgentConfig config;
    private final String bootstrapServers;
    private final Path artifacts;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Thread starter = Thread.ofPlatform().name("worker-start").unstarted(this::start);
    private volatile @Nullable AssignmentListener listener;

    WorkerLifecycle(
            AgentConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            @ConfigProperty(
                            name = "loramill.artifacts.directory",
                            defaultValue = ".loramill/artifacts")
                    Path artifacts) {
        this.config = config;
        this.bootstrapServers = bootstrapServers;
        this.artifacts = artifacts;
    }

    void onStart(@Observes StartupEvent event) {
        starter.start();
    }

    void onStop(@Observes ShutdownEvent event) throws Exception {
        starter.interrupt();
        starter.join();
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }

    /** Whether the worker takes assignments. */
    boolean isReady() {
        AssignmentListener current = listener;
        return current != null && current.isAlive();
    }

    private void start() {
        while (true) {
            try {
                startParts();
                return;
            } catch (KafkaException | IOException e) {
                LOG.warn("The worker cannot start yet, trying again: reason={}", e.toString());
                closeStarted();
            }
            try {
                Thread.sleep(RETRY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void startParts() throws IOException {
        String workerId = config.id().orElseGet(WorkerLifecycle::hostName);
        TrainerInstallation trainer = TrainerInstallation.in(config.trainer().directory());
        AgentState state = AgentState.in(config.directory());
        KafkaReporter reporter = opened(new KafkaReporter(bootstrapServers));
        Agent agent =
                opened(
                        new Agent(
                                state,
                                new LocalArtifactStore(artifacts),
                                reporter,
                                trainer,
                                config));
        AssignmentListener assignments =
                opened(new AssignmentListener(bootstrapServers, workerId, agent, state));
        assignments.start();
        agent.resume();
        Heartbeats heartbeats =
                opened(
                        new Heartbeats(
                                reporter,
                                workerId,
                                device(trainer),
                                memoryBytes(),
                                agent::running,
                                Clock.systemUTC()));
        heartbeats.start(config.heartbeat());
        listener = assignments;
        LOG.info("Worker takes assignments: workerId={}", workerId);
    }

    /** The device to announce; which GPU a choice of its own will fall on, the trainer will say. */
    private String device(TrainerInstallation trainer) {
        String asked = config.trainer().device();
        return asked.equals("auto") && !trainer.hasCuda() ? "cpu" : asked;
    }

    private <T extends AutoCloseable> T opened(T part) {
        started.push(part);
        return part;
    }

    private void closeStarted() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                LOG.warn("A part of the worker did not close: reason={}", e.toString());
            }
        }
    }

    private long memoryBytes() {
        if (config.memoryBytes() > 0) {
            return config.memoryBytes();
        }
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}
