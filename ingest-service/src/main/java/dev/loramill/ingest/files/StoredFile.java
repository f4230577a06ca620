package dev.loramill.ingest.files;

import dev.loramill.ingest.paging.Listed;
import dev.loramill.ingest.row.RowFormat;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A file as it was uploaded; its bytes lie in the artifact store. */
@Entity
@Table(name = "file")
public class StoredFile implements Listed {
    @Id private String id;
    private String sha256;
    private long sizeBytes;
    private String filename;
    private String purpose;

    @Enumerated(EnumType.STRING)
    private RowFormat format;

    private String formatReason;
    private Instant createdAt;

    /** For Hibernate. */
    protected StoredFile() {}

    StoredFile(
            String id,
            String sha256,
            long sizeBytes,
            String filename,
            String purpose,
            RowFormat format,
            String formatReason,
            Instant createdAt) {
        this.id = id;
        this.sha256 = sha256;
        this.sizeBytes = sizeBytes;
        this.filename = filename;
        this.purpose = purpose;
        this.format = format;
        this.formatReason = formatReason;
        this.createdAt = createdAt;
    }

    @Override
    public String id() {
        return id;
    }

    /** Digest of its bytes; names it in the artifact store. */
    public String sha256() {
        return sha256;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** Name that its sender gave it. */
    public String filename() {
        return filename;
    }

    String purpose() {
        return purpose;
    }

    /** Format of its rows. */
    public RowFormat format() {
        return format;
    }

    /** Sentence that says by what the format was told. */
    String formatReason() {
        return formatReason;
    }

    @Override
    public Instant createdAt() {
        return createdAt;
    }
}
