package dev.loramill.train.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.AdapterRefused;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.Topics;
import dev.loramill.train.gate.Verdict;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.stack.Delivery;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class ServingStatusListenerTest {
    private static final String JOB = "ftjob-served";
    private static final String ADAPTER = "9".repeat(64);
    private static final String MODEL = "ft:tiny-base:loramill::served";

    @Inject @Any InMemoryConnector connector;
    @Inject JobRepository jobs;
    @Inject AdapterRegistry registry;
    @Inject EntityManager entities;

    @Test
    void jobsEventsSayWhereItsAdapterIsServedAndWhyNotEachNewsOnce() {
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    jobs.persist(Samples.running(new AttemptReference(JOB, 1, 201, "worker-1")));
                    registry.register(candidate(), new Verdict.Passed(List.of("it is better")));
                });
        connector
                .source("serving-status")
                .send(
                        new Delivery(Topics.SERVING_STATUS, 0)
                                .event(loaded("replica-1"))
                                .event(loaded("replica-1"))
                                .event(
                                        new AdapterRefused(
                                                "replica-2", ADAPTER, MODEL, "no memory is left"))
                                .event(
                                        new AdapterEvicted(
                                                "replica-1", ADAPTER, MODEL, "it was retired"))
                                .event(
                                        new AdapterRefused(
                                                "replica-3", "8".repeat(64), "unknown", "unknown"))
                                .records());

        await().until(() -> messages().size() > 2);
        assertThat(messages()).hasSize(3);
        assertThat(messages().getFirst())
                .startsWith("The model is served as " + MODEL + " by replica \"replica-1\" since ")
                .endsWith("loaded in 120 ms");
        assertThat(messages().subList(1, 3))
                .containsExactly(
                        "Replica \"replica-2\" does not serve the model: no memory is left",
                        "Replica \"replica-1\" no longer serves the model: it was retired");
    }

    private List<String> messages() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        entities
                                .createNativeQuery(
                                        "SELECT message FROM job_event WHERE job_id = ?1"
                                                + " ORDER BY number",
                                        String.class)
                                .setParameter(1, JOB)
                                .getResultList()
                                .stream()
                                .map(String::valueOf)
                                .toList());
    }

    private static AdapterLoaded loaded(String replica) {
        return new AdapterLoaded(replica, ADAPTER, MODEL, 3.5, 120, Samples.CREATED);
    }

    private static Candidate candidate() {
        return new Candidate(
                MODEL,
                JOB,
                "tiny-base",
                new ArtifactReference(ADAPTER, 10),
                Samples.FILE,
                Samples.CONTRACT,
                new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS),
                "e".repeat(64),
                new AdapterEvaluation(2.5, 2.0, Samples.FILE, 3.5, List.of(), "greedy", null));
    }
}
