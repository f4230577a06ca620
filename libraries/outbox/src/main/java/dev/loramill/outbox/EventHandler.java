package dev.loramill.outbox;

import java.util.List;

/** The effect of a batch of events on the database. */
@FunctionalInterface
public interface EventHandler {
    /**
     * Takes effect in the transaction that also stores the offsets of the batch. Judges first: what
     * it gives to the dead letters must not have had an effect.
     *
     * @param batch events, not empty, those of a partition in order
     * @param deadLetters takes the events that can never take effect
     * @throws Exception anything, to have the batch undone and handled again
     */
    void handle(List<ConsumedEvent> batch, DeadLetters deadLetters) throws Exception;
}
