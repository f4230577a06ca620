package dev.loramill.ingest.files;

import dev.loramill.ingest.row.RowFormat;
import java.time.Instant;

/**
 * A file as it was uploaded.
 *
 * @param sha256 digest of its bytes; names it in the artifact store
 * @param format format of its rows
 * @param formatReason sentence that says by what the format was told
 */
public record UploadedFile(
        String id,
        String sha256,
        long sizeBytes,
        String filename,
        String purpose,
        RowFormat format,
        String formatReason,
        Instant createdAt) {}
