package dev.loramill.serve.engine;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A request on its way through the engine. One thread takes the events; any thread may cancel. */
public final class Generation {
    private final GenerationRequest request;
    private final Runnable whenCancelled;
    private final long submittedNanos = System.nanoTime();
    private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile boolean isCancelled;

    Generation(GenerationRequest request, Runnable whenCancelled) {
        this.request = request;
        this.whenCancelled = whenCancelled;
    }

    /**
     * The next event; waits for it. After an end or a failure, and some time after {@link
     * #cancel()}, there are no more.
     */
    public GenerationEvent next() throws InterruptedException {
        return events.take();
    }

    /** Nobody wants the rest: the slot is given to another request. */
    public void cancel() {
        if (!isCancelled && !isOver.get()) {
            isCancelled = true;
            whenCancelled.run();
        }
    }

    GenerationRequest request() {
        return request;
    }

    ModelVariant variant() {
        return request.variant();
    }

    boolean isCancelled() {
        return isCancelled;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - submittedNanos);
    }

    void generated(int token, @Nullable TokenLogprobs logprobs) {
        events.add(new GenerationEvent.Generated(token, logprobs));
    }

    void end(FinishReason reason) {
        over(new GenerationEvent.Ended(reason));
    }

    void fail(String reason, @Nullable Throwable cause) {
        over(new GenerationEvent.Failed(reason, cause));
    }

    /** Ends it after it was cancelled. */
    void abandon() {
        over(new GenerationEvent.Cancelled());
    }

    private void over(GenerationEvent last) {
        if (isOver.compareAndSet(false, true)) {
            events.add(last);
            request.variant().release();
        }
    }
}
