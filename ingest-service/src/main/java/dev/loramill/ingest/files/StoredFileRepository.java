package dev.loramill.ingest.files;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.ingest.paging.ListedRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files in the database; each method is a transaction. */
@ApplicationScoped
class StoredFileRepository implements ListedRepository<StoredFile> {
    @Transactional
    void add(StoredFile file) {
        persist(file);
    }

    @Transactional
    Optional<StoredFile> named(String id) {
        return findByIdOptional(id);
    }

    @Transactional
    Page<StoredFile> list(PageRequest page, @Nullable String purpose) {
        return page(page, purpose == null ? Map.of() : Map.of("purpose", purpose));
    }

    /** Forgets a file; false when there is none. */
    @Transactional
    boolean forget(String id) {
        return deleteById(id);
    }
}
