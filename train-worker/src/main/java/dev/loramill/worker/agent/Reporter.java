package dev.loramill.worker.agent;

import dev.loramill.events.TrainingEvent;

/** Where what an attempt reports goes, in the trace of the thread that reports it. */
interface Reporter {
    /** Publishes an event in order after all earlier ones, without waiting for it. */
    void report(TrainingEvent event);

    /**
     * Publishes an event in order and waits until the broker holds it, however long that takes.
     *
     * @throws InterruptedException when the wait was given up
     */
    void reportAndWait(TrainingEvent event) throws InterruptedException;
}
