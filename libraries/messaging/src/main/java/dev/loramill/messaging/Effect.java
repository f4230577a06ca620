package dev.loramill.messaging;

/** What a batch of records does. */
@FunctionalInterface
public interface Effect {
    /**
     * Takes effect, or throws to be called again.
     *
     * @throws Exception whatever kept it from taking effect
     */
    void run() throws Exception;
}
