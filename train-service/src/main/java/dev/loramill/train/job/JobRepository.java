package dev.loramill.train.job;

import dev.loramill.http.PageRequest;
import dev.loramill.paging.KeysetRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The jobs that there are. */
@ApplicationScoped
public class JobRepository implements KeysetRepository<Job, String> {
    /** The job with an id, which nobody else changes until the transaction ends. */
    public Optional<Job> lock(String id) {
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
    }

    /**
     * The job that was created under an id before, or is being created by somebody else at this
     * moment; nobody else creates it until the transaction ends.
     */
    Optional<Job> createdBefore(String id) {
        getEntityManager()
                .createNativeQuery(
                        "SELECT count(pg_advisory_xact_lock(hashtextextended(:id, 0)))", Long.class)
                .setParameter("id", id)
                .getSingleResult();
        return findByIdOptional(id);
    }

    /** The trace that a job belongs to; empty when it is not traced, or there is no such job. */
    public Optional<String> traceParent(String id) {
        return findByIdOptional(id).map(Job::traceParent);
    }

    /** Jobs that wait for the answer to a freeze request, oldest first, each locked. */
    public List<Job> lockAwaiting(String requestDigest) {
        return find(
                        "status = 'validating_files' and freezeRequest = ?1 order by number",
                        requestDigest)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .list();
    }

    /**
     * Ids of the jobs whose rows are on their way and that are to be looked after: first those that
     * gave no trouble, then the oldest.
     */
    public List<String> validating(Instant now) {
        return find(
                        """
                        select id from Job where status = 'validating_files'
                        and (prepareAt is null or prepareAt <= ?1)
                        order by openTries, number
                        """,
                        now)
                .project(String.class)
                .list();
    }

    /** Ids of the jobs that may be given to a worker, oldest first. */
    public List<String> due(Instant now, int most) {
        return find(
                        "select id from Job where status = 'queued' and notBefore <= ?1 order by number",
                        now)
                .range(0, most - 1)
                .project(String.class)
                .list();
    }

    /** Number of jobs whose rows are on their way and could not be opened or frozen at once. */
    public long countOfTroubled() {
        return count("status = 'validating_files' and openTries + freezeTries > 0");
    }

    /** Number of jobs with a status. */
    public long countOf(String status) {
        return count("status", status);
    }

    /**
     * Jobs, newest first, one more than the page holds when there are more.
     *
     * @param last last job of the page before; null for the first page
     * @param metadata pairs that the jobs must have; null for jobs that have none
     */
    List<Job> list(PageRequest page, @Nullable Job last, @Nullable Map<String, String> metadata) {
        List<String> conditions = new ArrayList<>();
        Map<String, Object> parameters = new HashMap<>();
        if (metadata == null) {
            conditions.add("cast(metadata as string) = '{}'");
        } else {
            int pair = 0;
            for (Map.Entry<String, String> wanted : metadata.entrySet()) {
                conditions.add(
                        "function('jsonb_extract_path_text', metadata, :key%1$d) = :value%1$d"
                                .formatted(pair));
                parameters.put("key" + pair, wanted.getKey());
                parameters.put("value" + pair, wanted.getValue());
                pair++;
            }
        }
        List<Object> number =
                last == null ? List.of() : List.of(Objects.requireNonNull(last.number));
        return page(page, List.of("number"), number, conditions, parameters);
    }
}
