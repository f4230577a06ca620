package dev.loramill.ingest.openai;

import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is asked for.
 *
 * @param limit most items of the page
 * @param after id of the last item of the page before, or null for the first page
 * @param isAscending oldest first
 */
public record PageRequest(int limit, @Nullable String after, boolean isAscending) {
    /** Reads the parameters of a request; what is not given takes OpenAI's default. */
    public static PageRequest of(
            @Nullable String limit, @Nullable String after, @Nullable String order, int most) {
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "order",
                    "order must be asc or desc, got \"%s\"".formatted(order));
        }
        return new PageRequest(
                limit == null ? most : limit(limit, most),
                after == null || after.isEmpty() ? null : after,
                "asc".equals(order));
    }

    private static int limit(String limit, int most) {
        try {
            int value = Integer.parseInt(limit);
            if (value >= 1 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of range.
        }
        throw RefusedException.invalid(
                "invalid_value",
                "limit",
                "limit must be a whole number in [1, %d], got \"%s\"".formatted(most, limit));
    }
}
