package dev.loramill.ingest.paging;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Entities that can be read page by page, each page beginning after the last item of another. */
public interface ListedRepository<E extends Listed> extends PanacheRepositoryBase<E, String> {
    /**
     * A page of those entities whose attributes have certain values; an empty one when the page is
     * to begin after an entity that is not there.
     */
    default Page<E> page(PageRequest page, Map<String, Object> values) {
        Map<String, Object> parameters = new HashMap<>(values);
        StringBuilder condition = new StringBuilder("1 = 1");
        values.keySet().forEach(name -> condition.append(" and %s = :%s".formatted(name, name)));
        String after = page.after();
        if (after != null) {
            E last = findById(after);
            if (last == null) {
                return Page.of(List.of(), page.limit(), Listed::id);
            }
            condition.append(
                    " and (createdAt, id) %s (:lastAt, :lastId)"
                            .formatted(page.isAscending() ? ">" : "<"));
            parameters.put("lastAt", last.createdAt());
            parameters.put("lastId", last.id());
        }
        Sort sort =
                page.isAscending()
                        ? Sort.ascending("createdAt", "id")
                        : Sort.descending("createdAt", "id");
        List<E> found = find(condition.toString(), sort, parameters).range(0, page.limit()).list();
        return Page.of(found, page.limit(), Listed::id);
    }
}
