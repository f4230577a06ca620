package dev.loramill.ingest.upload;

import dev.loramill.ingest.row.RowFormat;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.EnumeratedValue;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What brings rows to a dataset: its file, or a batch. It changes under the lock of the dataset.
 * Counting its rows ends with the change of its state, so it happens once however often the upload
 * is published.
 */
@Entity
@Table(name = "row_source")
public class Upload {
    /** How far an upload has come. */
    enum State {
        /** Accepted; it will be published and counted. */
        PENDING("pending"),
        /** All its rows stand on Kafka and are counted. */
        PUBLISHED("published"),
        /** Its bytes can no longer be read. */
        FAILED("failed");

        @EnumeratedValue private final String id;

        State(String id) {
            this.id = id;
        }
    }

    @EmbeddedId private UploadId id;
    private String sha256;

    @Enumerated(EnumType.STRING)
    private @Nullable RowFormat format;

    @Column(name = "is_whole")
    private boolean whole;

    @Enumerated(EnumType.STRING)
    private State state;

    private long rowCount;
    private long refusedCount;
    private Instant createdAt;
    private @Nullable String traceParent;

    /** For Hibernate. */
    protected Upload() {}

    /**
     * A pending upload.
     *
     * @param sha256 digest of its bytes, which lie in the artifact store
     * @param format format of its rows, or null to tell it for each row
     * @param isWhole it holds all the rows of its dataset, which is sealed at its end
     * @param traceParent trace of the request that brought it, or null
     */
    public Upload(
            UploadId id,
            String sha256,
            @Nullable RowFormat format,
            boolean isWhole,
            Instant createdAt,
            @Nullable String traceParent) {
        this.id = id;
        this.sha256 = sha256;
        this.format = format;
        this.whole = isWhole;
        this.state = State.PENDING;
        this.createdAt = createdAt;
        this.traceParent = traceParent;
    }

    /** Which upload of which dataset. */
    public UploadId id() {
        return id;
    }

    /** Digest of its bytes. */
    public String sha256() {
        return sha256;
    }

    @Nullable RowFormat format() {
        return format;
    }

    boolean isWhole() {
        return whole;
    }

    State state() {
        return state;
    }

    /** Whether its rows do not yet all stand on Kafka. */
    public boolean isPending() {
        return state == State.PENDING;
    }

    /** What reading it came to, without the refused rows themselves. */
    ReadCounts counts() {
        return new ReadCounts(rowCount, refusedCount, List.of());
    }

    Instant createdAt() {
        return createdAt;
    }

    /** Trace of the request that brought it, which publishing it goes on with. */
    @Nullable String traceParent() {
        return traceParent;
    }

    void end(State last, ReadCounts counts) {
        state = last;
        rowCount = counts.rows();
        refusedCount = counts.refused();
    }
}
