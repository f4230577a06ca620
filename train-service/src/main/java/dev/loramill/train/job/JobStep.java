package dev.loramill.train.job;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * A step of a job's training.
 *
 * @param jobId the job
 * @param step optimizer step
 */
@Embeddable
record JobStep(@Column(name = "job_id") String jobId, @Column(name = "step") int step) {}
