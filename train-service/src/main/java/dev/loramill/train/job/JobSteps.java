package dev.loramill.train.job;

import dev.loramill.http.PageRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured and kept at the steps of jobs. Whoever writes holds the job's lock, so a step
 * is found or made by one transaction at a time.
 */
@ApplicationScoped
public class JobSteps {
    private final JobMetricRepository metrics;
    private final JobCheckpointRepository checkpoints;
    private final Clock clock;

    JobSteps(JobMetricRepository metrics, JobCheckpointRepository checkpoints, Clock clock) {
        this.metrics = metrics;
        this.checkpoints = checkpoints;
        this.clock = clock;
    }

    /**
     * A checkpoint with what was measured there.
     *
     * @param metric null when nothing was
     */
    record SavedStep(JobCheckpoint checkpoint, @Nullable JobMetric metric) {}

    /** Notes the loss of a step. */
    public void trained(String jobId, int step, double loss) {
        metrics.at(new JobStep(jobId, step)).trainLoss = loss;
    }

    /** Notes what was measured on the held-out rows after a step. */
    public void evaluated(String jobId, int step, double loss, double tokenAccuracy) {
        JobMetric metric = metrics.at(new JobStep(jobId, step));
        metric.validLoss = loss;
        metric.validTokenAccuracy = tokenAccuracy;
    }

    /** Notes a checkpoint. */
    public void saved(String jobId, ResumePoint checkpoint) {
        JobStep step = new JobStep(jobId, checkpoint.step());
        JobCheckpoint before = checkpoints.findById(step);
        if (before == null) {
            checkpoints.persist(new JobCheckpoint(step, checkpoint.artifact(), clock.instant()));
        } else {
            before.replace(checkpoint.artifact());
        }
    }

    /**
     * Checkpoints of a job, newest first, one more than the page holds when there are more.
     *
     * @param before step of the last checkpoint of the page before; null for the first page
     */
    List<SavedStep> checkpoints(String jobId, PageRequest page, @Nullable Integer before) {
        List<JobCheckpoint> found = checkpoints.list(jobId, page, before);
        Map<Integer, JobMetric> measured =
                metrics.at(jobId, found.stream().map(JobCheckpoint::step).toList());
        return found.stream()
                .map(checkpoint -> new SavedStep(checkpoint, measured.get(checkpoint.step())))
                .toList();
    }
}
