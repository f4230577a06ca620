package dev.loramill.train.preparation;

import dev.loramill.messaging.Stopping;
import dev.loramill.messaging.Trace;
import dev.loramill.train.client.IngestService;
import dev.loramill.train.client.ServiceAwayException;
import dev.loramill.train.specification.JobRows;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
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
        for (String jobId : requests.waiting()) {
            requests.askAgain(jobId)
                    .ifPresent(waiting ->
                            Trace.in(
                                    waiting.traceParent(), () -> openAgain(jobId, waiting.rows())));
        }
    }

    private void openAgain(String jobId, JobRows.OfFile rows) {
        try {
            switch (ingest.open(rows.datasetId(), rows.fileId(), rows.recipe().name())) {
                case IngestService.Opening.Opened(var fault) -> {
                    if (fault != null) {
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
            requests.warn(jobId, e.getMessage() + "; it is tried again");
        }
    }
}
