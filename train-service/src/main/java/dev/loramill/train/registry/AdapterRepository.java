package dev.loramill.train.registry;

import dev.loramill.http.PageRequest;
import dev.loramill.paging.KeysetRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registered adapters. */
@ApplicationScoped
class AdapterRepository implements KeysetRepository<Adapter, String> {
    private static final String BY_NAME = "id = ?1 or model = ?1";

    /** The adapter with an id or a model name, which nobody else changes for the moment. */
    Optional<Adapter> lock(String idOrModel) {
        return find(BY_NAME, idOrModel)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional();
    }

    /** The adapter with an id or a model name. */
    Optional<Adapter> named(String idOrModel) {
        return find(BY_NAME, idOrModel).firstResultOptional();
    }

    /** Ids of all adapters, in the order of their registration. */
    List<String> ids() {
        return getEntityManager()
                .createQuery("select id from Adapter order by number", String.class)
                .getResultList();
    }

    /**
     * Adapters, newest first, one more than the page holds when there are more.
     *
     * @param last last adapter of the page before; null for the first page
     */
    List<Adapter> list(PageRequest page, @Nullable Adapter last) {
        List<Object> number =
                last == null ? List.of() : List.of(Objects.requireNonNull(last.number));
        return page(page, List.of("number"), number, List.of(), Map.of());
    }
}
