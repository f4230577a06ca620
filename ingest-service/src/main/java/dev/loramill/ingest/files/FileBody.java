package dev.loramill.ingest.files;

import org.jspecify.annotations.Nullable;

/** A file as clients see it: OpenAI's File, with its digest and the format of its rows. */
record FileBody(
        String id,
        String object,
        long bytes,
        long createdAt,
        String filename,
        String purpose,
        String status,
        @Nullable String statusDetails,
        @Nullable Long expiresAt,
        String sha256,
        Format format) {

    /** Format of the rows and by what it was told. */
    record Format(String name, String reason) {}

    /** Answer to a deletion. */
    record Deleted(String id, String object, boolean deleted) {}

    static FileBody of(StoredFile file) {
        return new FileBody(
                file.id(),
                "file",
                file.sizeBytes(),
                file.createdAt().getEpochSecond(),
                file.filename(),
                file.purpose(),
                // Files are checked before they are accepted, so none is ever merely "uploaded".
                "processed",
                null,
                null,
                file.sha256(),
                new Format(file.format().id(), file.formatReason()));
    }
}
