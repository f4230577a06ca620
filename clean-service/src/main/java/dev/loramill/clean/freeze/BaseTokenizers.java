package dev.loramill.clean.freeze;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.http.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The tokenizers of the bases in the catalogue, each opened once. Thread-safe. */
final class BaseTokenizers implements AutoCloseable {
    private final ArtifactStore store;
    private final Path catalogue;
    private final Map<String, BaseTokenizer> open = new HashMap<>();

    BaseTokenizers(ArtifactStore store, Path catalogue) {
        this.store = store;
        this.catalogue = catalogue;
    }

    /**
     * The base of an id.
     *
     * @throws RefusedException when the catalogue has no such base; names those that it has
     */
    BaseModel base(String id) throws IOException {
        BaseCatalogue bases = BaseCatalogue.read(catalogue);
        return bases.find(id)
                .orElseThrow(() ->
                        RefusedException.invalid(
                                "unknown_base",
                                "base",
                                "there is no base \"%s\"; there are %s"
                                        .formatted(
                                                id,
                                                bases.all().stream().map(BaseModel::id).toList())));
    }

    /**
     * The tokenizer of a base.
     *
     * @throws RefusedException when the base's file is missing or of no use
     */
    synchronized BaseTokenizer tokenizer(BaseModel base) throws IOException {
        BaseTokenizer known = open.get(base.sha256());
        if (known != null) {
            return known;
        }
        BaseTokenizer opened;
        try {
            opened = BaseTokenizer.open(base, store.localPath(base.sha256()));
        } catch (MissingArtifactException e) {
            throw RefusedException.unavailable(
                    "the file of base \"%s\" (%s) is not in the artifact store"
                            .formatted(base.id(), base.sha256()));
        } catch (RuntimeException e) {
            throw RefusedException.invalid(
                    "unusable_base",
                    "base",
                    "base \"%s\" cannot be used: %s".formatted(base.id(), e.getMessage()));
        }
        open.put(base.sha256(), opened);
        return opened;
    }

    @Override
    public synchronized void close() {
        open.values().forEach(BaseTokenizer::close);
        open.clear();
    }
}
