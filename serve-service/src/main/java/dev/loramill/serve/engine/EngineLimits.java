package dev.loramill.serve.engine;

/**
 * How much an engine may use.
 *
 * @param threads cores
 * @param contextLength most tokens of one conversation
 * @param slots requests of one variant that are generated together
 * @param contexts variants that generate at the same time
 * @param batchSize most tokens in one step
 * @param queueLimit requests that may wait
 */
public record EngineLimits(
        int threads, int contextLength, int slots, int contexts, int batchSize, int queueLimit) {

    /** The limits that were configured, where the cores are those of the machine by default. */
    static EngineLimits of(EngineConfig config) {
        return new EngineLimits(
                config.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors()),
                config.contextLength(),
                config.slots(),
                config.contexts(),
                config.batchSize(),
                config.queueLimit());
    }
}
