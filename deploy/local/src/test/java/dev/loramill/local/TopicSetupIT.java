package dev.loramill.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.Topics;
import dev.loramill.topics.TopicSetup;
import dev.loramill.topics.TopicsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One cluster whose topics others have made wrongly. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopicSetupIT {
    private LocalKafka kafka;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        kafka = LocalKafka.start(directory, 0);
        admin = Admin.create(kafka.admin());
    }

    @AfterAll
    void stop() {
        admin.close();
        kafka.close();
    }

    @Test
    void correctsWhatWouldLoseRecordsAndNamesWhatOnlyAPersonCanMend() throws Exception {
        admin.createTopics(
                        List.of(
                                topic(Topics.DATASETS, 1, Map.of()),
                                topic(Topics.ADAPTERS, 3, Map.of("cleanup.policy", "compact")),
                                topic(
                                        Topics.ROWS_SUBMITTED,
                                        9,
                                        Map.of("retention.ms", "31536000000")),
                                topic(Topics.ROWS_RECEIVED, 1, Map.of("retention.ms", "60000")),
                                topic(Topics.ROWS_CLEANED, 1, Map.of())))
                .all()
                .get();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        kafka.admin(), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(Topics.ROWS_CLEANED, "k", "v")).get();
        }
        TopicSetup setup = new TopicSetup(admin);
        assertThat(setup.check())
                .anyMatch(fault ->
                        fault.startsWith(
                                "topic \"loramill.datasets\" has cleanup.policy \"delete\" but must"
                                        + " have \"compact\""))
                .contains(
                        "topic \"loramill.workers\" is not there: ./loramill topics apply makes"
                                + " it");

        TopicSetup.Applied applied = setup.apply();

        assertThat(applied.made()).hasSize(Topics.descriptions().size() - 5);
        assertThat(applied.changed())
                .contains(
                        "topic \"loramill.datasets\": cleanup.policy was delete, is now compact",
                        "topic \"loramill.rows.received\": retention.ms was 60000, is now"
                                + " 2592000000",
                        "topic \"loramill.rows.received\": it had no records and 1 of 4"
                                + " partitions, the others were added")
                .noneMatch(change -> change.contains("31536000000"));
        assertThat(applied.faults())
                .singleElement()
                .asString()
                .startsWith(
                        "topic \"loramill.rows.cleaned\" has 1 partition but must have at least 4");
        // A broker hears of changed settings a moment after they were made.
        await().untilAsserted(() ->
                assertThat(setup.check()).containsExactlyInAnyOrderElementsOf(applied.faults()));
        assertThat(setup.apply().changed()).isEmpty();
    }

    @Test
    void sayWhichClusterSettingIsWrongWhenNobodyAnswers() {
        try (Admin lost =
                Admin.create(
                        Map.of(
                                "bootstrap.servers",
                                "127.0.0.1:1",
                                "default.api.timeout.ms",
                                "1000",
                                "request.timeout.ms",
                                "500"))) {
            assertThatThrownBy(() -> new TopicSetup(lost).check())
                    .isInstanceOf(TopicsException.class)
                    .hasMessageContaining("Kafka does not answer")
                    .hasMessageContaining("check the address");
        }
    }

    private static NewTopic topic(String name, int partitions, Map<String, String> config) {
        return new NewTopic(name, partitions, (short) 1).configs(config);
    }
}
