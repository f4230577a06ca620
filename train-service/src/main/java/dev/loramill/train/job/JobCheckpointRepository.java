package dev.loramill.train.job;

import dev.loramill.http.PageRequest;
import dev.loramill.paging.KeysetRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The checkpoints of jobs. */
@ApplicationScoped
class JobCheckpointRepository implements KeysetRepository<JobCheckpoint, JobStep> {
    /**
     * Checkpoints of a job, newest first, one more than the page holds when there are more.
     *
     * @param before step of the last checkpoint of the page before; null for the first page
     */
    List<JobCheckpoint> list(String jobId, PageRequest page, @Nullable Integer before) {
        return page(
                page,
                List.of("id.step"),
                before == null ? List.of() : List.of(before),
                List.of("id.jobId = :jobId"),
                Map.of("jobId", jobId));
    }
}
