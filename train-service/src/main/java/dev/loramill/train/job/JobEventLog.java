package dev.loramill.train.job;

import dev.loramill.http.PageRequest;
import dev.loramill.paging.KeysetRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened to jobs, for clients to read. */
@ApplicationScoped
public class JobEventLog implements KeysetRepository<JobEvent, Long> {
    private final Clock clock;

    JobEventLog(Clock clock) {
        this.clock = clock;
    }

    /** Writes down what goes well. */
    public void info(String jobId, String message) {
        add(jobId, JobEvent.Level.INFO, message, null);
    }

    /** Writes down what a person should look at. */
    public void warn(String jobId, String message) {
        add(jobId, JobEvent.Level.WARN, message, null);
    }

    /** Writes down what a person should look at, unless it is what was written down last. */
    public void warnOnce(String jobId, String message) {
        boolean isLast =
                find("jobId = ?1 order by number desc", jobId)
                        .firstResultOptional()
                        .filter(last -> last.message.equals(message))
                        .isPresent();
        if (!isLast) {
            warn(jobId, message);
        }
    }

    /** Writes down why a job ended badly. */
    public void error(String jobId, String message) {
        add(jobId, JobEvent.Level.ERROR, message, null);
    }

    /** Writes down figures. */
    public void metrics(String jobId, String message, Map<String, Object> figures) {
        add(jobId, JobEvent.Level.INFO, message, figures);
    }

    /**
     * Events of a job, newest first, one more than the page holds when there are more.
     *
     * @param before number of the last event of the page before; null for the first page
     */
    List<JobEvent> list(String jobId, PageRequest page, @Nullable Long before) {
        return page(
                page,
                List.of("number"),
                before == null ? List.of() : List.of(before),
                List.of("jobId = :jobId"),
                Map.of("jobId", jobId));
    }

    private void add(
            String jobId,
            JobEvent.Level level,
            String message,
            @Nullable Map<String, Object> figures) {
        persist(new JobEvent(jobId, clock.instant(), level, message, figures));
    }
}
