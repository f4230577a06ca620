package dev.loramill.ingest.files;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.row.Detection;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Takes files in and gives them out again. */
@ApplicationScoped
public class UploadedFiles {
    private static final String PURPOSE = "fine-tune";
    private static final int MAX_FILENAME_LENGTH = 255;

    private final SecureRandom random = new SecureRandom();
    private final FileInspection inspection;
    private final ArtifactStore artifacts;
    private final FileTable table;

    UploadedFiles(FileInspection inspection, ArtifactStore artifacts, FileTable table) {
        this.inspection = inspection;
        this.artifacts = artifacts;
        this.table = table;
    }

    /**
     * Takes a file in, or refuses it as a whole and keeps nothing of it.
     *
     * @param content file on the local disk; may be deleted afterwards
     * @throws RefusedException when it cannot be read as rows, or the purpose is not supported
     */
    UploadedFile accept(Path content, String filename, @Nullable String purpose)
            throws IOException, SQLException {
        requirePurpose(purpose);
        Detection.Detected format = inspection.requireFormat(Files.newInputStream(content), "file");
        StoredArtifact artifact = artifacts.putFile(content);
        UploadedFile file =
                new UploadedFile(
                        "file-" + HexFormat.of().formatHex(randomBytes()),
                        artifact.sha256(),
                        artifact.sizeBytes(),
                        shortened(filename),
                        PURPOSE,
                        format.format(),
                        format.reason(),
                        Instant.now().truncatedTo(ChronoUnit.MICROS));
        table.insert(file);
        return file;
    }

    /**
     * The file with an id.
     *
     * @throws RefusedException when there is none
     */
    public UploadedFile require(String id, @Nullable String param) throws SQLException {
        return table.find(id)
                .orElseThrow(() ->
                        RefusedException.missing(
                                "file_not_found",
                                param,
                                ("there is no file \"%s\"; upload it by POST /v1/files, or"
                                                + " list those there are by GET /v1/files")
                                        .formatted(id)));
    }

    Page<UploadedFile> list(PageRequest page, @Nullable String purpose) throws SQLException {
        return Page.of(table.list(page, purpose), page.limit(), UploadedFile::id);
    }

    /** The bytes as they were uploaded. */
    Path content(String id) throws IOException, SQLException {
        return artifacts.localPath(require(id, null).sha256());
    }

    /** Forgets a file; datasets that were opened on it keep its rows. */
    void delete(String id) throws SQLException {
        require(id, null);
        table.delete(id);
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
        return name.length() <= MAX_FILENAME_LENGTH
                ? name
                : name.substring(name.length() - MAX_FILENAME_LENGTH);
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        return bytes;
    }
}
