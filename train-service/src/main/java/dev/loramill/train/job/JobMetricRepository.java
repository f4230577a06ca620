package dev.loramill.train.job;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was measured at the steps of jobs. */
@ApplicationScoped
class JobMetricRepository implements PanacheRepositoryBase<JobMetric, JobStep> {
    /** What was measured at a step, to be filled; nothing yet when it is new. */
    JobMetric at(JobStep step) {
        JobMetric found = findById(step);
        if (found == null) {
            found = new JobMetric(step);
            persist(found);
        }
        return found;
    }

    /** What was measured at some steps of a job, by step. */
    Map<Integer, JobMetric> at(String jobId, Collection<Integer> steps) {
        return find("id.jobId = ?1 and id.step in ?2", jobId, steps).stream()
                .collect(Collectors.toMap(metric -> metric.id.step(), Function.identity()));
    }
}
