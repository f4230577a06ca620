package dev.loramill.worker.agent;

import dev.loramill.events.Event;

/** Where the agent's events go, in the trace of the thread that reports them. */
interface Reporter {
    /** Publishes an event in order after all earlier ones, without waiting for it. */
    void report(Event event);

    /**
     * Publishes an event in order and waits until the broker holds it, however long that takes.
     *
     * @throws InterruptedException when the wait was given up
     */
    void reportAndWait(Event event) throws InterruptedException;
}
