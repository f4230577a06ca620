package dev.loramill.ingest.dataset;

import dev.loramill.events.DatasetDeleted;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RecipeReference;
import dev.loramill.ingest.paging.Listed;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.EnumeratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A dataset at the door, and how many rows came to it. Rows and state change under its lock. */
@Entity
@Table(name = "dataset")
public class Dataset implements Listed {
    /** Whether it takes rows. */
    public enum State {
        /** Takes rows. */
        OPEN("open"),
        /** Takes no more rows. */
        SEALED("sealed");

        @EnumeratedValue private final String id;

        State(String id) {
            this.id = id;
        }

        /** Name of the state in answers and in the database. */
        public String id() {
            return id;
        }
    }

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    @Id private String id;
    private String name;
    private String recipeName;
    private String recipeDigest;
    private @Nullable String fileId;
    private @Nullable String fileSha256;

    @Enumerated(EnumType.STRING)
    private State state;

    private long rowCount;
    private long refusedCount;
    private @Nullable String fault;
    private Instant createdAt;

    /** For Hibernate. */
    protected Dataset() {}

    /**
     * Whether a text can be a dataset's id: 1 to 64 of a-z, 0-9 and "-", not beginning with "-".
     */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * An open dataset without rows.
     *
     * @param fileId file that all its rows come from, or null when it takes batches
     * @param fileSha256 digest of that file
     */
    public Dataset(
            String id,
            String name,
            RecipeReference recipe,
            @Nullable String fileId,
            @Nullable String fileSha256,
            Instant createdAt) {
        this.id = id;
        this.name = name;
        this.recipeName = recipe.name();
        this.recipeDigest = recipe.digest();
        this.fileId = fileId;
        this.fileSha256 = fileSha256;
        this.state = State.OPEN;
        this.createdAt = createdAt;
    }

    @Override
    public String id() {
        return id;
    }

    /** Name for people. */
    public String name() {
        return name;
    }

    /** Recipe that its rows are cleaned by. */
    public RecipeReference recipe() {
        return new RecipeReference(recipeName, recipeDigest);
    }

    /** File that all its rows come from, or null when it takes batches. */
    public @Nullable String fileId() {
        return fileId;
    }

    /** Digest of that file. */
    public @Nullable String fileSha256() {
        return fileSha256;
    }

    /** Whether it takes rows. */
    public State state() {
        return state;
    }

    /** Whether it takes rows. */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Rows that came and stand on Kafka, or will for certain; accepted or refused. */
    public long rowCount() {
        return rowCount;
    }

    /** Refused rows among them. */
    public long refusedCount() {
        return refusedCount;
    }

    /** Why its rows cannot be read, or null. */
    public @Nullable String fault() {
        return fault;
    }

    @Override
    public Instant createdAt() {
        return createdAt;
    }

    /** Counts rows that stand on Kafka, or will for certain. */
    public void addRows(long rows, long refused) {
        rowCount += rows;
        refusedCount += refused;
    }

    /** Notes why its rows cannot be read. */
    public void setFault(String reason) {
        fault = reason;
    }

    /** Says that it was opened. */
    public DatasetOpened opened() {
        return new DatasetOpened(id, name, recipe(), createdAt);
    }

    /** Says that it was deleted. */
    public DatasetDeleted deleted(Instant time) {
        return new DatasetDeleted(id, id, recipe(), time);
    }

    /** Takes no further rows; the event says so. */
    public DatasetSealed seal() {
        state = State.SEALED;
        return new DatasetSealed(id, name, recipe(), rowCount, refusedCount);
    }
}
