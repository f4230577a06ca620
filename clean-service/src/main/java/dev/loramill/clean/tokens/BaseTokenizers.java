package dev.loramill.clean.tokens;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.BasesConfig;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.http.RefusedException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The tokenizers of the bases in the catalogue, each opened once. Thread-safe. */
@ApplicationScoped
public class BaseTokenizers {
    private final ArtifactStore store;
    private final Path catalogue;
    private final Map<String, BaseTokenizer> open = new ConcurrentHashMap<>();

    BaseTokenizers(ArtifactStore store, BasesConfig bases) {
        this.store = store;
        this.catalogue = bases.catalogue();
    }

    /**
     * The base of an id.
     *
     * @throws RefusedException when the catalogue has no such base; names those that it has
     */
    public BaseModel base(String id) throws IOException {
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
     * The tokenizer of a base. While one is opened, those of other bases are to be had.
     *
     * @throws RefusedException when the base's file is missing or of no use
     */
    public BaseTokenizer tokenizer(BaseModel base) throws IOException {
        try {
            return open.computeIfAbsent(base.sha256(), _ -> open(base));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @PreDestroy
    void close() {
        open.values().forEach(BaseTokenizer::close);
        open.clear();
    }

    private BaseTokenizer open(BaseModel base) {
        try {
            return BaseTokenizer.open(base, store.localPath(base.sha256()));
        } catch (MissingArtifactException e) {
            throw RefusedException.unavailable(
                    "the file of base \"%s\" (%s) is not in the artifact store"
                            .formatted(base.id(), base.sha256()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw RefusedException.invalid(
                    "unusable_base",
                    "base",
                    "base \"%s\" cannot be used: %s".formatted(base.id(), e.getMessage()));
        }
    }
}
