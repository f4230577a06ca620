package dev.loramill.serve.adapter;

import dev.loramill.serve.engine.ModelVariant;
import java.time.Duration;
import java.time.Instant;

/**
 * An adapter that is loaded and has proven its effect; in the order of the announcements.
 *
 * @param announcement its latest announcement; of two adapters with one model name, the later
 *     announced one answers
 * @param variant what the engine generates with
 * @param maxLogitDifference greatest absolute difference of the probe prompt's logits from the
 *     base's
 * @param loadedAt when it was first routed to
 * @param loadTime from the announcement to {@code loadedAt}
 */
record ServedAdapter(
        Announcement announcement,
        ModelVariant variant,
        double maxLogitDifference,
        Instant loadedAt,
        Duration loadTime)
        implements Comparable<ServedAdapter> {

    String adapterId() {
        return announcement.adapterId();
    }

    ServedAdapter announcedAgain(Announcement latest) {
        return new ServedAdapter(latest, variant, maxLogitDifference, loadedAt, loadTime);
    }

    @Override
    public int compareTo(ServedAdapter other) {
        return announcement.compareTo(other.announcement());
    }
}
