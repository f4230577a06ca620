package dev.loramill.serve.adapter;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.serve.engine.ServedBase;
import dev.loramill.serve.model.ServedModel;
import dev.loramill.serve.model.ServedModels;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The adapters that are announced and those that this replica serves, from when the base is loaded
 * until the service stops.
 *
 * <p>Until the topic was read to where it ended at the start, announcements are only gathered: an
 * adapter that was retired long ago is not loaded first.
 */
@Singleton
class Adapters {
    private final ArtifactStore store;
    private final AdapterConfig config;
    private final AdapterCopies copies;
    private final Replica replica;
    private final ServedModels models;
    private final StatusSink statuses;
    private final AnnouncedAdapters announced = new AnnouncedAdapters();
    private volatile @Nullable AdapterReconciler reconciler;
    private volatile boolean isComplete;

    Adapters(
            ArtifactStore store,
            AdapterConfig config,
            Replica replica,
            ServedModels models,
            StatusSink statuses) {
        this.store = store;
        this.config = config;
        this.copies = AdapterCopies.of(config);
        this.replica = replica;
        this.models = models;
        this.statuses = statuses;
    }

    /** Runs before the listener begins. */
    synchronized void begin(@Observes @Priority(1) EngineState.Serving serving) {
        ServedBase base = serving.base();
        copies.sweep();
        String baseId = base.model().id();
        models.serveBase(
                new ServedModel(
                        baseId,
                        serving.engine().base(),
                        Instant.now(),
                        base.model().sha256(),
                        Optional.empty()));
        reconciler =
                new AdapterReconciler(
                        new AdapterLoader(store, copies, serving.engine(), base, config),
                        baseId,
                        models,
                        statuses,
                        replica,
                        Clock.systemUTC(),
                        config.limit());
    }

    /** The adapters that are served, in the order of their announcements. */
    List<ServedAdapter> served() {
        AdapterReconciler current = reconciler;
        return current == null ? List.of() : current.served();
    }

    /** Whether all that was announced before the start is known. */
    boolean isComplete() {
        return isComplete;
    }

    synchronized void announced(int partition, long offset, Announcement announcement) {
        announced.announced(partition, offset, announcement);
    }

    synchronized void deleted(int partition, long offset, String adapterId, Instant at) {
        announced.deleted(partition, offset, adapterId, at);
    }

    synchronized void restarted(int partition) {
        announced.restarted(partition);
    }

    /**
     * All that was announced before the start is known: it is served from now on.
     *
     * @return whether this was news
     */
    synchronized boolean complete() {
        if (isComplete) {
            return false;
        }
        reconciled(true);
        return isComplete;
    }

    /** Serves what was announced, as soon as all that was announced before the start is known. */
    @Scheduled(
            every = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    synchronized void reconcile() {
        reconciled(isComplete);
    }

    private void reconciled(boolean isAllKnown) {
        AdapterReconciler current = reconciler;
        if (isAllKnown && current != null) {
            current.reconcile(announced);
            // Ready only when what was announced before is served, or refused.
            isComplete = true;
        }
    }

    /** Runs before the engine is closed. */
    synchronized void stop(@Observes @Priority(1_000) ShutdownEvent event) {
        reconciler = null;
    }
}
