package dev.loramill.ingest.dataset;

import dev.loramill.events.RecipeReference;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A dataset at the door.
 *
 * @param fileId file that all its rows come from, or null when it takes batches
 * @param fileSha256 digest of that file
 * @param rowCount rows that came and stand on Kafka, accepted or refused
 * @param refusedCount refused rows among them
 * @param fault why its rows cannot be read, or null
 */
public record Dataset(
        String id,
        String name,
        RecipeReference recipe,
        @Nullable String fileId,
        @Nullable String fileSha256,
        State state,
        long rowCount,
        long refusedCount,
        @Nullable String fault,
        Instant createdAt) {

    /** Whether it takes rows. */
    public enum State {
        /** Takes rows. */
        OPEN,
        /** Takes no more rows. */
        SEALED
    }

    boolean isOpen() {
        return state == State.OPEN;
    }
}
