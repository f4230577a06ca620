package dev.loramill.train.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event of a job as clients see it: OpenAI's FineTuningJobEvent. */
record JobEventBody(
        String id,
        String object,
        long createdAt,
        String level,
        String message,
        String type,
        @Nullable Map<String, Object> data) {
    private static final String PREFIX = "ftevent-";

    static JobEventBody of(JobEvent event) {
        return new JobEventBody(
                id(event.number()),
                "fine_tuning.job.event",
                event.createdAt.getEpochSecond(),
                event.level,
                event.message,
                event.type,
                event.data);
    }

    static String id(long number) {
        return "%s%012d".formatted(PREFIX, number);
    }

    /** Number of the event with an id. */
    static long number(String id) {
        if (id.startsWith(PREFIX)) {
            try {
                return Long.parseLong(id.substring(PREFIX.length()));
            } catch (NumberFormatException e) {
                // Refused below, like an id of something else.
            }
        }
        throw Jobs.unknownAfter(id);
    }
}
