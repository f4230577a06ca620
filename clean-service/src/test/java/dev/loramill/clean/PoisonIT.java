package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.clean.stack.SharedCleanStack;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedCleanStack.class)
class PoisonIT {
    private static final String CANDIDATES = "loramill-clean-candidates-repartition";

    /** Beginning of the keys; the topics are those of other tests, too. */
    private static final String POISON = "poison-";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CleanStack stack;

    PoisonIT(CleanStack stack) {
        this.stack = stack;
    }

    @Test
    void nonsenseOnEveryTopicOfTheTopologyStopsNothing() {
        clean("ds-before");
        for (String topic : List.of(Topics.ROWS_RECEIVED, CANDIDATES)) {
            for (int i = 0; i < 10; i++) {
                stack.publish(
                        topic, POISON + i, "no event".getBytes(StandardCharsets.UTF_8), Map.of());
            }
        }

        clean("ds-after");

        await().atMost(PATIENCE).until(() -> letters(Topics.ROWS_RECEIVED) == 10);
        await().atMost(PATIENCE).until(() -> letters(CANDIDATES) == 10);
        assertThat(stack.readiness()).isEqualTo(200);
    }

    private long letters(String topic) {
        return stack.records(Topics.deadLetters(Topics.ROWS_RECEIVED)).stream()
                .filter(record ->
                        topicOf(record).equals(topic)
                                && record.key() != null
                                && record.key().startsWith(POISON))
                .count();
    }

    private static String topicOf(ConsumerRecord<String, byte[]> letter) {
        return new String(
                letter.headers().lastHeader("dead-letter-topic").value(), StandardCharsets.UTF_8);
    }

    private void clean(String dataset) {
        stack.publish(
                Topics.ROWS_RECEIVED,
                List.of(Rows.received(dataset, 1, Rows.NONE, "Why?", "Because.")));
        stack.publish(
                Topics.DATASETS_HISTORY,
                List.of(
                        new DatasetOpened(dataset, "n", Rows.NONE, Instant.ofEpochSecond(1)),
                        new DatasetSealed(dataset, "n", Rows.NONE, 1, 0)));
        assertThat(stack.awaitCleaned(dataset).path("kept").asInt()).isEqualTo(1);
    }
}
