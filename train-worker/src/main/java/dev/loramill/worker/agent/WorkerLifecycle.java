package dev.loramill.worker.agent;

import dev.loramill.artifacts.ArtifactStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.ChannelRegistry;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the worker in the order that loses nothing: the unfinished attempt goes on, then
 * assignments are taken, and once those are heard {@link Heartbeats} begin. What keeps it from
 * starting is tried again.
 */
@ApplicationScoped
class WorkerLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLifecycle.class);

    private final WorkerIdentity identity;
    private final AgentConfig config;
    private final ArtifactStore artifacts;
    private final Reporter reporter;
    private final ChannelRegistry channels;
    private volatile @Nullable Agent agent;
    private volatile String device = "cpu";
    private volatile Optional<String> fault = Optional.of("the worker has not begun yet");
    private boolean isCounted;
    private boolean isStopped;

    WorkerLifecycle(
            WorkerIdentity identity,
            AgentConfig config,
            ArtifactStore artifacts,
            Reporter reporter,
            ChannelRegistry channels) {
        this.identity = identity;
        this.config = config;
        this.artifacts = artifacts;
        this.reporter = reporter;
        this.channels = channels;
    }

    /** Each worker reads all assignments, from where it was. */
    @Produces
    @Identifier("worker-group")
    static Map<String, Object> group(WorkerIdentity identity) {
        return Map.of(
                "group.id", "loramill-worker-%s-%s".formatted(identity.id(), identity.instance()));
    }

    /** Id of the worker, stable over restarts. */
    String id() {
        return identity.id();
    }

    /** Which of all workers that ever had the id it is. */
    String instance() {
        return identity.instance();
    }

    /** Grows with each start of its process. */
    long incarnation() {
        return identity.incarnation();
    }

    /** The agent, once the worker has started. */
    Optional<Agent> agent() {
        return Optional.ofNullable(agent);
    }

    /** What keeps the worker from starting. */
    Optional<String> fault() {
        return fault;
    }

    /** The device to announce; which GPU a choice of its own will fall on, the trainer will say. */
    String device() {
        return device;
    }

    /** Memory that a trainer may take. */
    long memoryBytes() {
        if (config.memoryBytes() > 0) {
            return config.memoryBytes();
        }
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    void onStart(@Observes StartupEvent event) {
        start();
    }

    /** Starts the worker unless it has started. */
    @Scheduled(
            every = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    synchronized void start() {
        if (isStopped || agent != null) {
            return;
        }
        try {
            TrainerInstallation trainer = TrainerInstallation.in(config.trainer().directory());
            if (!isCounted) {
                identity.begin();
                isCounted = true;
            }
            Agent started =
                    new Agent(
                            AgentState.in(config.directory()),
                            artifacts,
                            reporter,
                            trainer,
                            config);
            started.resume();
            String asked = config.trainer().device();
            device = asked.equals("auto") && !trainer.hasCuda() ? "cpu" : asked;
            agent = started;
            fault = Optional.empty();
            channels.getPausable(AssignmentsListener.CHANNEL).resume();
        } catch (IOException | RuntimeException e) {
            Optional<String> found = Optional.of("the worker cannot start yet: " + e);
            if (!found.equals(fault)) {
                LOG.atWarn()
                        .setCause(e)
                        .addKeyValue("workerId", id())
                        .log("The worker cannot start yet and tries again");
            }
            fault = found;
        }
    }

    synchronized void onStop(@Observes @Priority(1_000) ShutdownEvent event) {
        isStopped = true;
        Agent current = agent;
        if (current != null) {
            current.close();
        }
    }
}
