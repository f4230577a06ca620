package dev.loramill.outbox;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record in the outbox that Kafka will never take.
 *
 * @param id its number in the outbox
 * @param topic topic that it is for
 * @param key its key, which later records of the topic wait for; null when it has none
 * @param valueBytes size of its value
 * @param reason why Kafka does not take it
 * @param parkedAt when that was found
 * @param waiting records of the same topic and key that wait behind it
 */
record ParkedRecord(
        long id,
        String topic,
        @Nullable String key,
        long valueBytes,
        String reason,
        Instant parkedAt,
        long waiting) {
    /** Of the columns in this order. */
    static ParkedRecord of(Object[] columns) {
        return new ParkedRecord(
                ((Number) columns[0]).longValue(),
                (String) columns[1],
                columns[2] == null ? null : new String((byte[]) columns[2], StandardCharsets.UTF_8),
                columns[3] == null ? 0 : ((Number) columns[3]).longValue(),
                String.valueOf(columns[4]),
                Objects.requireNonNull(instant(columns[5])),
                ((Number) columns[6]).longValue());
    }

    static @Nullable Instant instant(@Nullable Object column) {
        return switch (column) {
            case null -> null;
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            default -> throw new IllegalStateException("not a time: " + column.getClass());
        };
    }
}
