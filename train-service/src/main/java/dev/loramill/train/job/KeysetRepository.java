package dev.loramill.train.job;

import dev.loramill.http.PageRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entities whose lists are told newest first, in pages that stay the same while new ones come: each
 * page begins after the key of the last entity of the page before.
 *
 * @param <E> the entity
 * @param <I> its id
 */
public abstract class KeysetRepository<E, I> implements PanacheRepositoryBase<E, I> {
    private static final String BEFORE = "before";

    /**
     * Entities, newest first, one more than the page holds when there are more.
     *
     * @param key attribute that orders them
     * @param before key of the last entity of the page before; null for the first page
     * @param conditions what must hold, all of it, in HQL with named parameters
     * @param parameters the parameters by name
     */
    protected final List<E> newestFirst(
            String key,
            @Nullable Object before,
            PageRequest page,
            List<String> conditions,
            Map<String, Object> parameters) {
        Map<String, Object> all = new HashMap<>(parameters);
        StringBuilder query = new StringBuilder(String.join(" and ", conditions));
        if (before != null) {
            query.append(query.isEmpty() ? "" : " and ").append(key).append(" < :").append(BEFORE);
            all.put(BEFORE, before);
        }
        query.append(" order by ").append(key).append(" desc");
        return find(query.toString(), all).range(0, page.limit()).list();
    }
}
