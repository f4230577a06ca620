package dev.loramill.train.preparation;

import dev.loramill.messaging.Stopping;
import dev.loramill.messaging.Trace;
import dev.loramill.train.client.IngestService;
import dev.loramill.train.client.ServiceAwayException;
import dev.loramill.train.specification.JobRows;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after jobs whose rows are still on their way. Events move them on; this asks again, now and
 * then, what no event tells: whether ingest can still read the rows, and for an answer that Kafka
 * no longer holds.
 */
@ApplicationScoped
class WaitingJobs {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingJobs.class);

    private final WaitingJobRequests requests;
    private final IngestService ingest;
    private final Stopping stopping;
    private boolean isIngestAway;

    WaitingJobs(WaitingJobRequests requests, IngestService ingest, Stopping stopping) {
        this.requests = requests;
        this.ingest = ingest;
        this.stopping = stopping;
    }

    @Scheduled(
            every = "{loramill.train.schedule.preparation-interval}",
            delayed = "{loramill.train.schedule.preparation-interval}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        if (stopping.hasBegun()) {
            return;
        }
        // All are asked for before ingest is, which may take its time to answer.
        Map<String, WaitingJobRequests.Waiting> waiting = new LinkedHashMap<>();
        for (String jobId : requests.waiting()) {
            guarded(
                    jobId,
                    () -> requests.askAgain(jobId).ifPresent(job -> waiting.put(jobId, job)));
        }
        waiting.forEach((jobId, job) ->
                guarded(
                        jobId,
                        () -> Trace.in(job.traceParent(), () -> openAgain(jobId, job.rows()))));
    }

    /** What is wrong with one job keeps no other waiting. */
    private void guarded(String jobId, Runnable look) {
        try {
            if (!stopping.hasBegun()) {
                look.run();
            }
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("jobId", jobId)
                    .setCause(e)
                    .log("A waiting job cannot be looked after now");
        }
    }

    private void openAgain(String jobId, JobRows.OfFile rows) {
        try {
            switch (ingest.open(rows.datasetId(), rows.fileId(), rows.recipe().name())) {
                case IngestService.Opening.Opened(var fault) -> {
                    if (fault == null) {
                        requests.opened(jobId);
                    } else {
                        requests.fail(
                                jobId,
                                "the rows of \"%s\" cannot be read: %s"
                                        .formatted(rows.fileId(), fault));
                    }
                }
                case IngestService.Opening.Refused(String message) -> requests.fail(jobId, message);
            }
            isIngestAway = false;
        } catch (ServiceAwayException e) {
            if (!isIngestAway) {
                LOG.atWarn()
                        .addKeyValue("jobId", jobId)
                        .setCause(e)
                        .log("Ingest cannot be asked whether it reads a job's rows");
            }
            isIngestAway = true;
            requests.openFailed(jobId, String.valueOf(e.getMessage()));
        }
    }
}
