package dev.loramill.paging;

import dev.loramill.http.PageRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.quarkus.panache.common.Sort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Entities that are told in pages which stay the same while new ones come: each page begins after
 * the key of the last entity of the page before.
 *
 * @param <E> the entity
 * @param <I> its id
 */
public interface KeysetRepository<E, I> extends PanacheRepositoryBase<E, I> {
    /**
     * Entities in the order of their key, one more than the page holds when there are more.
     *
     * @param key attributes that order them; together they are different for each
     * @param last their values in the last entity of the page before; empty for the first page
     * @param conditions what must hold, all of it, in HQL with named parameters
     * @param parameters the parameters by name
     */
    default List<E> page(
            PageRequest page,
            List<String> key,
            List<Object> last,
            List<String> conditions,
            Map<String, Object> parameters) {
        StringJoiner query = new StringJoiner(" and ");
        conditions.forEach(query::add);
        Map<String, Object> all = new HashMap<>(parameters);
        if (!last.isEmpty()) {
            StringJoiner names = new StringJoiner(", :", "(:", ")");
            for (int i = 0; i < key.size(); i++) {
                String name = "last" + i;
                names.add(name);
                all.put(name, last.get(i));
            }
            query.add(
                    "(%s) %s %s"
                            .formatted(
                                    String.join(", ", key), page.isAscending() ? ">" : "<", names));
        }
        String[] attributes = key.toArray(String[]::new);
        Sort sort = page.isAscending() ? Sort.ascending(attributes) : Sort.descending(attributes);
        return find(query.toString(), sort, all).range(0, page.limit()).list();
    }
}
