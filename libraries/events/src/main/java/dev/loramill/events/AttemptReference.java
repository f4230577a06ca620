package dev.loramill.events;

/**
 * One attempt at a job, with its fencing epoch.
 *
 * @param jobId id of the fine-tuning job
 * @param attempt counted from 1
 * @param epoch fencing epoch: grows with each attempt leased by the control plane; what carries an
 *     older one is ignored
 * @param workerId worker that holds the lease
 */
public record AttemptReference(String jobId, int attempt, long epoch, String workerId) {
    public AttemptReference {
        Check.id("jobId", jobId);
        Check.positive("attempt", attempt);
        Check.positive("epoch", epoch);
        Check.id("workerId", workerId);
    }
}
