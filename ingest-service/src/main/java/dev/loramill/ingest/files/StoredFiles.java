package dev.loramill.ingest.files;

import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.row.Detection;
import dev.loramill.ingest.row.SourceInspection;
import dev.loramill.ingest.store.SourceCollector;
import dev.loramill.ingest.store.SourceStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes files in and gives them out again. */
@ApplicationScoped
public class StoredFiles {
    private static final String PURPOSE = "fine-tune";
    private static final int MAX_FILENAME_LENGTH = 255;
    private static final int ID_DIGITS = 24;

    private final SecureRandom random = new SecureRandom();
    private final SourceInspection inspection;
    private final SourceStore store;
    private final SourceCollector collector;
    private final StoredFileRepository repository;

    StoredFiles(
            SourceInspection inspection,
            SourceStore store,
            SourceCollector collector,
            StoredFileRepository repository) {
        this.inspection = inspection;
        this.store = store;
        this.collector = collector;
        this.repository = repository;
    }

    /**
     * Takes a file in, or refuses it as a whole and keeps nothing of it. The same file under the
     * same key is taken in once.
     *
     * @param content file on the local disk; may be deleted afterwards
     * @throws RefusedException when it cannot be read as rows, or the purpose is not supported
     */
    StoredFile accept(
            Path content, String filename, @Nullable String purpose, Optional<IdempotencyKey> key)
            throws IOException {
        requirePurpose(purpose);
        Detection.Detected format =
                inspection.requireFormat(() -> Files.newInputStream(content), "file");
        String id =
                "file-"
                        + key.map(known -> known.hexadecimal("file", ID_DIGITS))
                                .orElseGet(this::randomText);
        while (true) {
            StoredFile wanted = file(id, store.put(content), filename, format);
            Optional<StoredFile> file = repository.add(wanted);
            if (file.isPresent()) {
                if (!file.get().sha256().equals(wanted.sha256())
                        || !file.get().filename().equals(wanted.filename())) {
                    collector.collect(wanted.sha256());
                    throw key.orElseThrow().reused("file \"%s\"".formatted(id));
                }
                return file.get();
            }
        }
    }

    private static StoredFile file(
            String id, StoredArtifact artifact, String filename, Detection.Detected format) {
        return new StoredFile(
                id,
                artifact.sha256(),
                artifact.sizeBytes(),
                shortened(filename),
                PURPOSE,
                format.format(),
                format.reason(),
                Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    /**
     * The file with an id.
     *
     * @throws RefusedException when there is none
     */
    public StoredFile require(String id, @Nullable String param) {
        return repository.named(id).orElseThrow(() -> missing(id, param));
    }

    Page<StoredFile> list(PageRequest page, @Nullable String purpose) {
        return repository.list(page, purpose);
    }

    /** The bytes as they were uploaded. */
    Path content(String id) throws IOException {
        return store.localPath(require(id, null).sha256());
    }

    /**
     * Deletes a file, and its bytes where no other file and no dataset that is still being read
     * needs them; datasets that were opened on it keep its rows.
     */
    void delete(String id) {
        collector.collect(repository.forget(id).orElseThrow(() -> missing(id, null)));
    }

    private static RefusedException missing(String id, @Nullable String param) {
        return RefusedException.missing(
                "file_not_found",
                param,
                "there is no file \"%s\"; upload it by POST /v1/files, or list those there are by GET /v1/files"
                        .formatted(id));
    }

    private static void requirePurpose(@Nullable String purpose) {
        if (!PURPOSE.equals(purpose)) {
            throw RefusedException.invalid(
                    purpose == null ? "missing_required_parameter" : "invalid_value",
                    "purpose",
                    "purpose must be \"%s\", got %s"
                            .formatted(PURPOSE, purpose == null ? "none" : "\"" + purpose + "\""));
        }
    }

    private static String shortened(String filename) {
        String name = filename.substring(filename.lastIndexOf('/') + 1).replace("\0", "");
        if (name.isBlank()) {
            return "upload.jsonl";
        }
        if (name.length() <= MAX_FILENAME_LENGTH) {
            return name;
        }
        int begin = name.length() - MAX_FILENAME_LENGTH;
        return name.substring(Character.isLowSurrogate(name.charAt(begin)) ? begin + 1 : begin);
    }

    private String randomText() {
        byte[] bytes = new byte[ID_DIGITS / 2];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
