package dev.loramill.serve.chat;

import dev.loramill.http.RefusedException;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few threads that render and tokenize conversations. On the threads of the requests, which share
 * the cores with the answers under way, a handful of long conversations would stop all of these.
 */
@Singleton
class PromptThreads {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final ThreadPoolExecutor threads;
    private final int queueLimit;

    PromptThreads(ChatConfig config) {
        int count =
                config.promptThreads()
                        .orElseGet(
                                () -> Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        this.queueLimit = config.promptQueueLimit();
        this.threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(queueLimit),
                        Thread.ofPlatform().name("prompt-", 0).daemon().factory());
    }

    /**
     * Does a piece of work and waits for it.
     *
     * @throws RefusedException when too many wait already, or when the work throws it
     */
    <T> T call(Callable<T> work) throws InterruptedException {
        Future<T> result;
        try {
            result = threads.submit(work);
        } catch (RejectedExecutionException e) {
            throw RefusedException.unavailable(
                    "overloaded",
                    "%d conversations wait to be read already, no more are taken; try again in a moment"
                            .formatted(queueLimit),
                    SOON);
        }
        try {
            return result.get();
        } catch (InterruptedException e) {
            result.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException fault -> throw fault;
                case Error fault -> throw fault;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    void stop(@Observes ShutdownEvent event) {
        threads.shutdown();
    }
}
