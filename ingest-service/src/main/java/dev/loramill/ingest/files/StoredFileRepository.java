package dev.loramill.ingest.files;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.ingest.paging.ListedRepository;
import dev.loramill.ingest.store.SourceStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files in the database; each method is a transaction. */
@ApplicationScoped
class StoredFileRepository implements ListedRepository<StoredFile> {
    private final SourceStore store;

    StoredFileRepository(SourceStore store) {
        this.store = store;
    }

    /**
     * Notes a file, or finds the one that has its id already.
     *
     * @return empty when its bytes were deleted meanwhile
     */
    @Transactional
    Optional<StoredFile> add(StoredFile file) {
        getEntityManager()
                .createNativeQuery(
                        "SELECT count(pg_advisory_xact_lock(hashtextextended(:id, 0)))", Long.class)
                .setParameter("id", file.id())
                .getSingleResult();
        Optional<StoredFile> before = findByIdOptional(file.id());
        if (before.isPresent()) {
            return before;
        }
        if (!store.hold(file.sha256())) {
            return Optional.empty();
        }
        persist(file);
        return Optional.of(file);
    }

    @Transactional
    Optional<StoredFile> named(String id) {
        return findByIdOptional(id);
    }

    @Transactional
    Page<StoredFile> list(PageRequest page, @Nullable String purpose) {
        return page(page, purpose == null ? Map.of() : Map.of("purpose", purpose));
    }

    /** Forgets a file; returns the digest of its bytes, or empty when there is none. */
    @Transactional
    Optional<String> forget(String id) {
        Optional<String> sha256 = findByIdOptional(id).map(StoredFile::sha256);
        return deleteById(id) ? sha256 : Optional.empty();
    }
}
