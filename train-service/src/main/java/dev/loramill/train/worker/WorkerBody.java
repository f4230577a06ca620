package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A worker as clients see it: nothing by which one could speak in its place.
 *
 * @param conflict that another process says it is this worker, and what to do; null while none does
 */
record WorkerBody(
        String id,
        String object,
        String state,
        String device,
        long memoryBytes,
        long heardAt,
        @Nullable Running running,
        @Nullable String conflict) {

    /** What it runs. */
    record Running(String job) {}

    /**
     * A worker's body.
     *
     * @param lostBefore a worker last heard before this is lost
     */
    static WorkerBody of(Worker worker, Instant lostBefore) {
        AttemptReference running = worker.running();
        String state;
        if (worker.heardAt().isBefore(lostBefore)) {
            state = "lost";
        } else {
            state = running == null ? "free" : "busy";
        }
        return new WorkerBody(
                worker.id(),
                "worker",
                state,
                worker.device(),
                worker.memoryBytes(),
                worker.heardAt().getEpochSecond(),
                running == null ? null : new Running(running.jobId()),
                worker.rivalHeardAt()
                        .filter(heard -> !heard.isBefore(lostBefore))
                        .map(_ ->
                                ("another live process says that it is worker \"%s\" and is given"
                                                + " no work: give it a loramill.worker.id of its"
                                                + " own, or end it")
                                        .formatted(worker.id()))
                        .orElse(null));
    }
}
