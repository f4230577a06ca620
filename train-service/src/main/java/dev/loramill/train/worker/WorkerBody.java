package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A worker as clients see it. */
record WorkerBody(
        String id,
        String object,
        String state,
        String device,
        long memoryBytes,
        long incarnation,
        long heardAt,
        @Nullable Running running) {

    /** What it runs. */
    record Running(String job, int attempt, long epoch) {}

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
                worker.incarnation(),
                worker.heardAt().getEpochSecond(),
                running == null
                        ? null
                        : new Running(running.jobId(), running.attempt(), running.epoch()));
    }
}
