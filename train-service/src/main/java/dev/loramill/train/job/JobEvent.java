package dev.loramill.train.job;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** Something that clients read of a job's life. */
@Entity
@Table(name = "job_event")
@Immutable
class JobEvent {
    /** Place in the order of all events, given by the database. */
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "number")
    @Nullable Long number;

    @Column(name = "job_id")
    String jobId;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "level")
    String level;

    @Column(name = "type")
    String type;

    @Column(name = "message")
    String message;

    /** Figures by OpenAI's names; null when it is only a message. */
    @JdbcTypeCode(SqlTypes.JSON)
    @Column(name = "data")
    @Nullable Map<String, Object> data;

    /** For Hibernate. */
    protected JobEvent() {}

    JobEvent(
            String jobId,
            Instant createdAt,
            Level level,
            String message,
            @Nullable Map<String, Object> data) {
        this.jobId = jobId;
        this.createdAt = createdAt;
        this.level = level.name().toLowerCase(Locale.ROOT);
        this.type = data == null ? "message" : "metrics";
        this.message = message;
        this.data = data;
    }

    /** How grave an event is. */
    enum Level {
        INFO,
        WARN,
        ERROR
    }

    /** Place in the order of all events, once it is stored. */
    long number() {
        if (number == null) {
            throw new IllegalStateException("the event of job %s is not stored".formatted(jobId));
        }
        return number;
    }
}
