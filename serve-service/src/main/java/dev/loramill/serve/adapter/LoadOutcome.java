package dev.loramill.serve.adapter;

import dev.loramill.serve.engine.ModelVariant;

/** What came of an adapter that was to be served. */
sealed interface LoadOutcome {
    /** It is loaded and has proven its effect. */
    record Loaded(ModelVariant variant, double maxLogitDifference) implements LoadOutcome {}

    /** It is not fit to be served here, now or later. */
    record Refused(String reason) implements LoadOutcome {}

    /** Something went wrong that may be mended: its file is damaged, or the engine failed. */
    record Failed(String reason) implements LoadOutcome {}

    /** Its file cannot be read now; later it may. */
    record Unavailable(String reason) implements LoadOutcome {}
}
