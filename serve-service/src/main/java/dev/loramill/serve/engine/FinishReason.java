package dev.loramill.serve.engine;

/** Why a generation ended by itself. */
public enum FinishReason {
    /** The model ended its turn. */
    END_OF_TURN,
    /** The most tokens asked for were generated, or the context is full. */
    LENGTH
}
