package dev.loramill.train.openai;

import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is asked for.
 *
 * @param limit most items of the page
 * @param after id of the last item of the page before, or null for the first page
 */
public record PageRequest(int limit, @Nullable String after) {
    private static final int MOST = 100;

    /**
     * Reads the parameters of a request.
     *
     * @param usual limit that is taken when none is given
     * @throws RefusedException when the limit is no number in range
     */
    public static PageRequest of(@Nullable String limit, @Nullable String after, int usual) {
        return new PageRequest(
                limit == null || limit.isEmpty() ? usual : parse(limit),
                after == null || after.isEmpty() ? null : after);
    }

    private static int parse(String limit) {
        try {
            int value = Integer.parseInt(limit);
            if (value >= 1 && value <= MOST) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of range.
        }
        throw RefusedException.invalid(
                "invalid_value",
                "limit",
                "limit must be a whole number in [1, %d], got \"%s\"".formatted(MOST, limit));
    }
}
