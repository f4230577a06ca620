package dev.loramill.serve.engine;

/** How far a replica is with its base. */
public sealed interface EngineState {
    /**
     * The base is not loaded yet; it is tried again.
     *
     * @param reason sentence for a person
     */
    record Waiting(String reason) implements EngineState {}

    /**
     * The base can be asked.
     *
     * @param engine that generates
     * @param base that it has loaded
     */
    record Serving(Engine engine, ServedBase base) implements EngineState {}

    /** The replica ends. */
    record Stopped() implements EngineState {}
}
