package dev.loramill.train.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterAnnounced.State;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.Topics;
import dev.loramill.events.authority.PublicKeys;
import dev.loramill.events.authority.SigningKey;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class AnnouncementRenewalTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String LIVE = "4".repeat(64);
    private static final String RETIRED = "3".repeat(64);
    private static final String LOADED = "2".repeat(64);

    @Inject JobRepository jobs;
    @Inject AdapterRegistry registry;
    @Inject AnnouncementRenewal renewal;
    @Inject EntityManager entities;
    @Inject @Any InMemoryConnector connector;

    @ConfigProperty(name = "loramill.train.authority.signing-key")
    @SuppressWarnings("NullAway.Init")
    Path key;

    @Test
    void byANewKeyAllAdaptersAreAnnouncedAgainSignedAndOnce() throws IOException {
        register(LIVE, "ftjob-renewed");
        register(RETIRED, "ftjob-renewed-2");
        registry.retire(RETIRED);
        // As a release that did not sign leaves them.
        execute("DELETE FROM outbox WHERE topic = 'loramill.adapters'");
        execute("UPDATE announcing_key SET fingerprint = 'of another key'");

        renewal.renew();

        PublicKeys keys = PublicKeys.in(List.of(SigningKey.publicFile(key)));
        assertThat(announcements(LIVE))
                .singleElement()
                .satisfies(record -> assertThat(keys.fault(record)).isEmpty())
                .satisfies(record -> assertThat(event(record).state()).isEqualTo(State.LIVE));
        assertThat(announcements(RETIRED))
                .singleElement()
                .satisfies(record -> assertThat(keys.fault(record)).isEmpty())
                .satisfies(record -> assertThat(event(record).state()).isEqualTo(State.RETIRED));
        renewal.renew();
        assertThat(announcements(LIVE)).hasSize(1);
    }

    @Test
    void revisionsGrowThoughTheClockIsSetBack() throws IOException {
        String adapter = "1".repeat(64);
        register(adapter, "ftjob-revisions");
        long future = 4_000_000_000_000L;
        execute("UPDATE adapter SET revision = %d WHERE id = '%s'".formatted(future, adapter));

        registry.hold(adapter);
        registry.promote(adapter);

        assertThat(announcements(adapter))
                .extracting(record -> event(record).revision())
                .last()
                .isEqualTo(future + 2);
        assertThat(announcements(adapter))
                .extracting(record -> event(record).revision())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aReplicaThatLoadedWhatIsNotLiveIsToldAgain() throws IOException {
        register(LOADED, "ftjob-loaded");
        registry.retire(LOADED);
        int before = announcements(LOADED).size();

        connector
                .source("serving-status")
                .send(
                        new Delivery(Topics.SERVING_STATUS, 7)
                                .event(
                                        new AdapterLoaded(
                                                "replica-1",
                                                LOADED,
                                                "ft:tiny-base:loramill::" + LOADED.charAt(0),
                                                3.5,
                                                120,
                                                Samples.CREATED))
                                .records());

        await().untilAsserted(() -> assertThat(announcements(LOADED)).hasSize(before + 1));
        assertThat(event(announcements(LOADED).getLast()).state()).isEqualTo(State.RETIRED);
    }

    private void register(String id, String job) {
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    jobs.persist(Samples.running(new AttemptReference(job, 1, 400, "worker-1")));
                    registry.register(
                            new Candidate(
                                    "ft:tiny-base:loramill::" + id.charAt(0),
                                    job,
                                    "tiny-base",
                                    new ArtifactReference(id, 10),
                                    Samples.FILE,
                                    Samples.CONTRACT,
                                    new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS),
                                    "e".repeat(64),
                                    new AdapterEvaluation(
                                            2.5,
                                            2.0,
                                            Samples.FILE,
                                            3.5,
                                            List.of(),
                                            "greedy",
                                            null)),
                            new Verdict.Passed(List.of("it is better")));
                });
    }

    private void execute(String sql) {
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery(sql).executeUpdate());
    }

    private List<ConsumerRecord<String, byte[]>> announcements(String id) throws IOException {
        List<?> rows =
                QuarkusTransaction.requiringNew()
                        .call(() ->
                                entities.createNativeQuery(
                                                "SELECT value, headers FROM outbox WHERE topic = ?1 AND"
                                                        + " convert_from(record_key, 'UTF8') = ?2 ORDER BY id",
                                                Object[].class)
                                        .setParameter(1, Topics.ADAPTERS)
                                        .setParameter(2, id)
                                        .getResultList());
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        for (Object row : rows) {
            Object[] columns = (Object[]) Objects.requireNonNull(row);
            ConsumerRecord<String, byte[]> record =
                    new ConsumerRecord<>(Topics.ADAPTERS, 0, 0, id, (byte[]) columns[0]);
            for (JsonNode header :
                    JSON.readTree(((String) columns[1]).getBytes(StandardCharsets.UTF_8))) {
                record.headers()
                        .add(header.path("name").asText(), header.path("value").binaryValue());
            }
            records.add(record);
        }
        return records;
    }

    private static AdapterAnnounced event(ConsumerRecord<String, byte[]> record) {
        return (AdapterAnnounced) KafkaEvents.read(record).event();
    }
}
