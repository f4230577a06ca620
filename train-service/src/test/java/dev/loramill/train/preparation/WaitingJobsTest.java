package dev.loramill.train.preparation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobsChanged;
import dev.loramill.train.schedule.ScheduleConfig;
import dev.loramill.train.specification.FreezeRequests;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class WaitingJobsTest {
    @Inject WaitingJobs waitingJobs;
    @Inject JobRepository jobs;
    @Inject EntityManager database;
    @Inject JobEventLog events;
    @Inject ScheduleConfig config;
    @Inject Event<JobsChanged> changes;

    @Test
    void aJobThatCannotBeReadKeepsNoOtherWaiting() {
        store("ftjob-unreadable", "ds-unreadable");
        store("ftjob-behind", "ds-behind");
        try {
            update("UPDATE job SET specification = '[]' WHERE id = ?1", "ftjob-unreadable");

            waitingJobs.look();

            assertThat(messages("ftjob-behind"))
                    .singleElement()
                    .asString()
                    .startsWith("ingest")
                    .endsWith("it is tried again");
        } finally {
            update("DELETE FROM job WHERE id = ?1", "ftjob-unreadable");
        }
    }

    @Test
    void aJobThatIsWaitedForTooLongFails() {
        Instant start = Samples.CREATED.plus(Duration.ofDays(3));
        AtomicReference<Instant> now = new AtomicReference<>(start);
        InstantSource clock = now::get;
        JobFailure failure =
                new JobFailure(events, config, clock.withZone(ZoneOffset.UTC), changes);
        store(Samples.validating("ftjob-late", "ds-late"));

        now.set(start.plus(config.preparationLimit()).minusSeconds(1));
        boolean early = isTooLate(failure, "ftjob-late");
        now.set(start.plus(config.preparationLimit()));
        boolean late = isTooLate(failure, "ftjob-late");

        assertThat(early).as("the days in which this service was down do not count").isFalse();
        assertThat(late).isTrue();
        assertThat(messages("ftjob-late"))
                .singleElement()
                .asString()
                .contains("The job failed", "not frozen within PT24H");
    }

    @Test
    void aJobThatIngestCannotAnswerForIsTriedAgainAfterAPauseThatGrows() {
        store("ftjob-pause", "ds-pause");
        waitingJobs.look();
        Job once = QuarkusTransaction.requiringNew().call(() -> jobs.findById("ftjob-pause"));
        assertThat(once.openTries()).isEqualTo(1);

        waitingJobs.look();

        Job still = QuarkusTransaction.requiringNew().call(() -> jobs.findById("ftjob-pause"));
        assertThat(still.openTries()).as("it is not its turn yet").isEqualTo(1);
        Duration interval = Duration.ofSeconds(30);
        assertThat(JobFailure.pauseAfter(1, interval)).isEqualTo(interval);
        assertThat(JobFailure.pauseAfter(3, interval)).isEqualTo(Duration.ofMinutes(2));
        assertThat(JobFailure.pauseAfter(19, interval)).isEqualTo(Duration.ofMinutes(10));
    }

    private boolean isTooLate(JobFailure failure, String jobId) {
        return QuarkusTransaction.requiringNew()
                .call(() -> failure.isTooLate(jobs.lock(jobId).orElseThrow()));
    }

    private void store(String id, String dataset) {
        Job sample = Samples.validating(id, dataset);
        store(new Job(id, Instant.now(), sample.specification(), sample.state()));
    }

    private void store(Job job) {
        String id = job.id();
        job.awaitFreeze(FreezeRequests.of(id, job.specification()).orElseThrow().requestDigest());
        QuarkusTransaction.requiringNew().run(() -> jobs.persist(job));
    }

    private void update(String statement, String id) {
        QuarkusTransaction.requiringNew()
                .run(() ->
                        database.createNativeQuery(statement).setParameter(1, id).executeUpdate());
    }

    private List<?> messages(String jobId) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        database.createNativeQuery(
                                        "SELECT message FROM job_event WHERE job_id = ?1")
                                .setParameter(1, jobId)
                                .getResultList());
    }
}
