package dev.loramill.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.Topics;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.ingest.stack.SharedIngestStack;
import dev.loramill.stack.HttpAnswer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A seal stands behind every row that its producer was told is safe. */
@ExtendWith(SharedIngestStack.class)
class SealIT {
    private final IngestStack stack;

    SealIT(IngestStack stack) {
        this.stack = stack;
    }

    @Test
    void everyRowThatKafkaAcknowledgedBeforeASealIsInTheDataset() {
        String dataset = open();
        try (KafkaProducer<String, byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < 3_000; i++) {
                submit(producer, dataset, i);
            }
            producer.flush();
        }

        HttpAnswer sealed = seal(dataset);

        assertThat(sealed.status()).as(sealed.text()).isEqualTo(200);
        assertThat(sealed.at("/row_count")).isEqualTo("3000");
    }

    @Test
    void marksOfTransactionsAreNotWaitedFor() {
        String dataset = open();
        try (KafkaProducer<String, byte[]> producer =
                producer(Map.of("transactional.id", "seal-it"))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < 40; i++) {
                submit(producer, dataset, i);
            }
            producer.commitTransaction();
            producer.beginTransaction();
            submit(producer, dataset, 40);
            producer.flush();
            producer.abortTransaction();
        }

        HttpAnswer sealed = seal(dataset);

        assertThat(sealed.status()).as(sealed.text()).isEqualTo(200);
        assertThat(sealed.at("/row_count")).isEqualTo("40");
    }

    @Test
    void rowsThatAreNotTakenInMeanwhileKeepTheDatasetOpenAndAreCounted() throws SQLException {
        String dataset = open();
        HttpAnswer refused;
        try (Connection database = stack.database().getConnection();
                PreparedStatement lock =
                        database.prepareStatement(
                                "SELECT 1 FROM dataset WHERE id = ? FOR UPDATE")) {
            database.setAutoCommit(false);
            lock.setString(1, dataset);
            lock.execute();
            try (KafkaProducer<String, byte[]> producer = producer(Map.of())) {
                submit(producer, dataset, 0);
                submit(producer, dataset, 1);
                producer.flush();
            }
            refused = seal(dataset);
            database.rollback();
        }

        HttpAnswer sealed = seal(dataset);

        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.at("/error/code")).isEqualTo("rows_pending");
        assertThat(refused.at("/error/message"))
                .contains("up to 2 records of topic \"loramill.rows.submitted\"");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(sealed.at("/row_count")).isEqualTo("2");
    }

    private String open() {
        return stack.post("/v1/datasets", "{}").at("/id");
    }

    private HttpAnswer seal(String dataset) {
        return stack.post("/v1/datasets/" + dataset + "/seal", "");
    }

    private static void submit(KafkaProducer<String, byte[]> producer, String dataset, int number) {
        String body =
                "{\"dataset\":\"%s\",\"row\":{\"question\":\"%d?\",\"answer\":\"So.\"}}"
                        .formatted(dataset, number);
        producer.send(
                new ProducerRecord<>(
                        Topics.ROWS_SUBMITTED, Integer.toString(number), body.getBytes(UTF_8)));
    }

    private KafkaProducer<String, byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", stack.bootstrapServers());
        config.put("acks", "all");
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }
}
