package dev.loramill.http;

import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is asked for.
 *
 * @param limit most items of the page
 * @param after id of the last item of the page before; null for the first page
 * @param isAscending oldest first
 */
public record PageRequest(int limit, @Nullable String after, boolean isAscending) {
    /**
     * Reads the parameters of a request for a list that is always told newest first.
     *
     * @param usual limit that is taken when none is given
     * @param most greatest limit that is allowed
     * @throws RefusedException when a parameter is wrong
     */
    public static PageRequest newestFirst(
            @Nullable String limit, @Nullable String after, int usual, int most) {
        return new PageRequest(limit(limit, usual, most), idOrNull(after), false);
    }

    /**
     * Reads the parameters of a request for a list that can be told in either order, newest first
     * unless asked otherwise.
     *
     * @param most greatest limit that is allowed, taken when none is given
     * @throws RefusedException when a parameter is wrong
     */
    public static PageRequest ordered(
            @Nullable String limit, @Nullable String after, @Nullable String order, int most) {
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "order",
                    "order must be asc or desc, got \"%s\"".formatted(order));
        }
        return new PageRequest(limit(limit, most, most), idOrNull(after), "asc".equals(order));
    }

    /**
     * Reads a limit.
     *
     * @param usual limit that is taken when none is given
     * @param most greatest limit that is allowed
     * @throws RefusedException when it is no number in range
     */
    public static int limit(@Nullable String limit, int usual, int most) {
        if (limit == null || limit.isEmpty()) {
            return usual;
        }
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

    private static @Nullable String idOrNull(@Nullable String after) {
        return after == null || after.isEmpty() ? null : after;
    }
}
