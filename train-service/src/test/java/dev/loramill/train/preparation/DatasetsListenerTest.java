package dev.loramill.train.preparation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.FreezeRefused;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCounts;
import dev.loramill.events.Topics;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.job.JobState;
import dev.loramill.train.specification.FreezeRequests;
import dev.loramill.train.stack.Delivery;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class DatasetsListenerTest {
    @Inject @Any InMemoryConnector connector;
    @Inject JobRepository jobs;

    /** As configured by default. */
    private static final int TRIES = 20;

    @Test
    void refusalThatMayPassLeavesTheJobWaitingAndOneThatStaysFailsIt() {
        FreezeRequested passing = store("ftjob-passing", "ds-passing");
        FreezeRequested staying = store("ftjob-staying", "ds-staying");
        connector
                .source("datasets")
                .send(
                        new Delivery(Topics.DATASETS, 3)
                                .event(refused(passing, true))
                                .event(refused(staying, false))
                                .records());

        await().until(() -> job("ftjob-staying").state() instanceof JobState.Failed);
        assertThat(job("ftjob-staying").state())
                .isInstanceOfSatisfying(
                        JobState.Failed.class,
                        failed -> {
                            assertThat(failed.error().code()).isEqualTo("invalid_training_file");
                            assertThat(failed.error().message()).isEqualTo("the base is unknown");
                        });
        assertThat(job("ftjob-passing").state()).isInstanceOf(JobState.ValidatingFiles.class);
    }

    @Test
    void aRequestThatIsRefusedAgainAndAgainFailsItsOwnJobAtTheLastTry() {
        FreezeRequested hopeless = store("ftjob-hopeless", "ds-hopeless");
        FreezeRequested other = store("ftjob-other", "ds-other");
        Delivery delivery = new Delivery(Topics.DATASETS, 4).event(refused(other, true));
        for (int i = 1; i < TRIES; i++) {
            delivery.event(refused(hopeless, true));
        }
        connector.source("datasets").send(delivery.records());
        await().until(() -> job("ftjob-hopeless").freezeTries() == TRIES - 1);
        assertThat(job("ftjob-hopeless").state()).isInstanceOf(JobState.ValidatingFiles.class);
        assertThat(waiting()).doesNotContain("ftjob-hopeless", "ftjob-other");

        connector.source("datasets").send(delivery.event(refused(hopeless, true)).records());

        await().until(() -> job("ftjob-hopeless").state() instanceof JobState.Failed);
        assertThat(job("ftjob-hopeless").state())
                .isInstanceOfSatisfying(
                        JobState.Failed.class,
                        failed -> {
                            assertThat(failed.error().code()).isEqualTo("preparation_exhausted");
                            assertThat(failed.error().message())
                                    .contains("the last of 20 tries", "the base is unknown");
                        });
        assertThat(job("ftjob-other").state()).isInstanceOf(JobState.ValidatingFiles.class);
    }

    private List<String> waiting() {
        return QuarkusTransaction.requiringNew().call(() -> jobs.validating(Instant.now()));
    }

    private FreezeRequested store(String id, String dataset) {
        Job job = Samples.validating(id, dataset);
        FreezeRequested request = FreezeRequests.of(id, job.specification()).orElseThrow();
        job.awaitFreeze(request.requestDigest());
        QuarkusTransaction.requiringNew().run(() -> jobs.persist(job));
        return request;
    }

    private Job job(String id) {
        return QuarkusTransaction.requiringNew().call(() -> jobs.findById(id));
    }

    private static FreezeRefused refused(FreezeRequested request, boolean isRetryable) {
        return new FreezeRefused(
                request.datasetId(),
                "rows",
                new RecipeReference("none", "0".repeat(64)),
                new RowCounts(3, 3, 0, 0),
                request.requestDigest(),
                "unknown_base",
                "the base is unknown",
                isRetryable);
    }
}
