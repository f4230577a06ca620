package dev.loramill.clean.freeze;

import dev.loramill.events.DatasetCleaned;
import dev.loramill.http.RefusedException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off requests to freeze, a few at a time and beside one another. Requests that wait for an
 * answer by an event are looked for when one comes, when a dataset becomes cleaned, and every two
 * seconds; so also after a restart.
 */
@ApplicationScoped
class FreezeRunner {
    private static final Logger LOG = LoggerFactory.getLogger(FreezeRunner.class);
    private static final int MOST_AT_ONCE = 100;
    private static final Duration PAUSE_AFTER_FAULT = Duration.ofSeconds(30);

    private final Freezes freezes;
    private final ExecutorService threads;
    private final Map<String, CompletableFuture<FreezeAnswer>> running = new ConcurrentHashMap<>();
    private final Map<String, Instant> pausedUntil = new ConcurrentHashMap<>();
    private volatile boolean isStopping;
    private volatile boolean isDatabaseAway;

    FreezeRunner(Freezes freezes, FreezeConfig config) {
        this.freezes = freezes;
        this.threads =
                Executors.newFixedThreadPool(
                        config.parallel(),
                        Thread.ofPlatform().daemon().name("clean-freeze-", 0).factory());
    }

    /** Answers a request; one that is being answered is not answered twice. */
    CompletableFuture<FreezeAnswer> run(String requestDigest) {
        CompletableFuture<FreezeAnswer> mine = new CompletableFuture<>();
        CompletableFuture<FreezeAnswer> other = running.putIfAbsent(requestDigest, mine);
        if (other != null) {
            return other;
        }
        threads.execute(() -> answer(requestDigest, mine));
        return mine;
    }

    void kept(@Observes(during = TransactionPhase.AFTER_SUCCESS) FreezesAwaited awaited) {
        threads.execute(this::look);
    }

    void cleaned(@Observes(during = TransactionPhase.AFTER_SUCCESS) DatasetCleaned cleaned) {
        threads.execute(this::look);
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        try {
            freezes.workable(MOST_AT_ONCE).stream()
                    .filter(digest -> !isPaused(digest))
                    .forEach(this::run);
            isDatabaseAway = false;
        } catch (RuntimeException e) {
            if (!isDatabaseAway && !isStopping) {
                LOG.atWarn().setCause(e).log("Requests to freeze cannot be looked for now");
            }
            isDatabaseAway = true;
        }
    }

    void stop(@Observes ShutdownEvent event) {
        isStopping = true;
        threads.shutdownNow();
    }

    private void answer(String requestDigest, CompletableFuture<FreezeAnswer> result) {
        try {
            FreezeAnswer answer = freezes.answer(requestDigest);
            pausedUntil.remove(requestDigest);
            running.remove(requestDigest);
            result.complete(answer);
        } catch (RuntimeException e) {
            if (!isStopping && !(e instanceof RefusedException)) {
                LOG.atError()
                        .addKeyValue("requestDigest", requestDigest)
                        .setCause(e)
                        .log("A dataset could not be frozen now and is tried again");
            }
            pausedUntil.put(requestDigest, Instant.now().plus(PAUSE_AFTER_FAULT));
            running.remove(requestDigest);
            result.completeExceptionally(e);
        }
    }

    private boolean isPaused(String requestDigest) {
        Instant until = pausedUntil.get(requestDigest);
        return until != null && Instant.now().isBefore(until);
    }
}
