package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.serve.engine.ModelVariant;
import java.time.Duration;
import java.time.Instant;

/**
 * An adapter that is loaded and has proven its effect.
 *
 * @param announced its latest announcement
 * @param offset place of that announcement in the log; of two adapters with one model name, the
 *     later one answers
 * @param variant what the engine generates with
 * @param maxLogitDifference greatest absolute difference of the probe prompt's logits from the
 *     base's
 * @param loadedAt when it was first routed to
 * @param loadTime from the announcement to {@code loadedAt}
 */
record ServedAdapter(
        AdapterAnnounced announced,
        long offset,
        ModelVariant variant,
        double maxLogitDifference,
        Instant loadedAt,
        Duration loadTime) {

    ServedAdapter withAnnouncement(AdapterAnnounced latest, long latestOffset) {
        return new ServedAdapter(
                latest, latestOffset, variant, maxLogitDifference, loadedAt, loadTime);
    }
}
