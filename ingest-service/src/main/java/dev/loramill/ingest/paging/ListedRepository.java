package dev.loramill.ingest.paging;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.paging.KeysetRepository;
import java.util.List;
import java.util.Map;

/** Entities that are listed in the order in which they were made. */
public interface ListedRepository<E extends Listed> extends KeysetRepository<E, String> {
    /**
     * A page of those entities whose attributes have certain values; an empty one when the page is
     * to begin after an entity that is not there.
     */
    default Page<E> page(PageRequest page, Map<String, Object> values) {
        List<Object> key = List.of();
        String after = page.after();
        if (after != null) {
            E last = findById(after);
            if (last == null) {
                return Page.of(List.of(), page.limit(), Listed::id);
            }
            key = List.of(last.createdAt(), last.id());
        }
        List<String> conditions =
                values.keySet().stream().map(name -> "%1$s = :%1$s".formatted(name)).toList();
        List<E> found = page(page, List.of("createdAt", "id"), key, conditions, values);
        return Page.of(found, page.limit(), Listed::id);
    }
}
