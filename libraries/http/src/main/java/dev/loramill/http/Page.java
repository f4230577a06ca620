package dev.loramill.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list. The page after the last item is empty, since some clients ask on until they
 * meet an empty one, whatever {@code has_more} says.
 *
 * @param object always {@code list}
 * @param data the items
 * @param firstId id of the first item; null on an empty page
 * @param lastId id of the last item; the next page is asked for by {@code after} it
 * @param hasMore whether items follow
 */
public record Page<T>(
        String object,
        List<T> data,
        @JsonProperty("first_id") @Nullable String firstId,
        @JsonProperty("last_id") @Nullable String lastId,
        @JsonProperty("has_more") boolean hasMore) {

    /**
     * Makes a page.
     *
     * @param found at most one more than the limit, in order
     */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, String> id) {
        boolean hasMore = found.size() > limit;
        List<T> data = hasMore ? found.subList(0, limit) : found;
        return new Page<>(
                "list",
                List.copyOf(data),
                data.isEmpty() ? null : id.apply(data.getFirst()),
                data.isEmpty() ? null : id.apply(data.getLast()),
                hasMore);
    }

    /** A list that is not divided into pages. */
    public static <T> Page<T> whole(List<T> all, Function<T, String> id) {
        return of(all, Integer.MAX_VALUE, id);
    }

    /** The same page with its items in another form. */
    public <R> Page<R> map(Function<T, R> form) {
        return new Page<>(object, data.stream().map(form).toList(), firstId, lastId, hasMore);
    }
}
