package dev.loramill.serve.engine;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BasesConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the base when the service starts, beside everything else; tries again as long as the base
 * is missing. Fires {@link EngineState.Serving} when it is loaded, once.
 */
@Singleton
public class EngineLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLifecycle.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final BaseLoader loader;
    private final Event<EngineState.Serving> whenServing;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile EngineState state = new EngineState.Waiting("the base is being loaded");
    private @Nullable Thread thread;

    EngineLifecycle(
            BasesConfig bases,
            EngineConfig config,
            ArtifactStore store,
            MeterRegistry registry,
            Event<EngineState.Serving> whenServing) {
        this.loader = new BaseLoader(bases.catalogue(), store, config, registry);
        this.whenServing = whenServing;
    }

    /** How far the replica is. */
    public EngineState state() {
        return state;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().name("engine-start").daemon().start(this::load);
    }

    private void load() {
        try {
            while (stopping.getCount() > 0) {
                EngineState next = loader.load();
                switch (next) {
                    case EngineState.Serving serving -> {
                        serve(serving);
                        return;
                    }
                    case EngineState.Waiting waiting -> {
                        if (!waiting.equals(state)) {
                            LOG.atWarn()
                                    .addKeyValue("reason", waiting.reason())
                                    .log("Base not loaded");
                        }
                        state = waiting;
                    }
                    case EngineState.Stopped _ -> {
                        return;
                    }
                }
                if (stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(EngineState.Serving serving) {
        LOG.atInfo()
                .addKeyValue("baseId", serving.base().model().id())
                .addKeyValue("sha256", serving.base().model().sha256())
                .addKeyValue("library", serving.engine().library().name())
                .addKeyValue("llamaVersion", serving.engine().library().version())
                .log("Base loaded");
        state = serving;
        whenServing.fire(serving);
    }

    /** Runs last: adapters and requests must have let go of the engine. */
    void stop(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent event)
            throws InterruptedException {
        stopping.countDown();
        Thread starting = thread;
        if (starting != null) {
            starting.join();
        }
        EngineState last = state;
        state = new EngineState.Stopped();
        if (last instanceof EngineState.Serving(Engine engine, _)) {
            engine.close();
        }
    }
}
