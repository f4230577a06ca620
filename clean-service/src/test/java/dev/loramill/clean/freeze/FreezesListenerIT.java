package dev.loramill.clean.freeze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.Batches;
import dev.loramill.clean.stack.CleanResources;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.Event;
import dev.loramill.events.FreezeRefused;
import dev.loramill.events.FreezeRequest;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.Topics;
import dev.loramill.stack.Topic;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(CleanResources.class)
class FreezesListenerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject @Any InMemoryConnector connector;
    @Inject Config config;

    @Test
    void requestsWaitUntilTheirDatasetIsCleanedAndAreAnsweredUnderTheirDigest() {
        FreezeRequested asked = asked("ds-waiting", CleanStack.BASE);
        FreezeRequested noBase = asked("ds-waiting", "gpt-7");
        ConsumerRecords<String, byte[]> requests =
                Batches.of(Topics.FREEZES, 0, 0, List.of(asked, noBase));

        send("freezes", requests);
        send("freezes", requests);
        clean("ds-waiting", 5);

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(history(FreezeRefused.class))
                                .filteredOn(refused -> refused.datasetId().equals("ds-waiting"))
                                .singleElement()
                                .satisfies(refused -> {
                                    assertThat(refused.requestDigest())
                                            .isEqualTo(noBase.requestDigest());
                                    assertThat(refused.code()).isEqualTo("unknown_base");
                                    assertThat(refused.reason()).contains("gpt-7");
                                }));
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(history(DatasetFrozen.class))
                                .filteredOn(frozen -> frozen.datasetId().equals("ds-waiting"))
                                .singleElement()
                                .satisfies(frozen -> {
                                    assertThat(frozen.requestDigest())
                                            .isEqualTo(asked.requestDigest());
                                    assertThat(frozen.trainRows() + frozen.evalRows())
                                            .isEqualTo(10);
                                }));
    }

    @Test
    void whatIsNoRequestOrLiesAboutItsDigestIsADeadLetterWithTheReason() {
        FreezeRequested lie =
                new FreezeRequested("ds-lie", "0".repeat(64), request(CleanStack.BASE), null);
        DatasetOpened foreign = new DatasetOpened("ds-foreign", "n", Rows.NONE, Instant.EPOCH);

        send("freezes", Batches.of(Topics.FREEZES, 1, 0, List.of(lie, foreign)));

        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(topic(Topics.deadLetters(Topics.FREEZES)).records())
                                .extracting(FreezesListenerIT::reason)
                                .containsExactlyInAnyOrder(
                                        "requestDigest must be %s, the digest of dataset and request, got %s"
                                                .formatted(
                                                        request(CleanStack.BASE).digest("ds-lie"),
                                                        "0".repeat(64)),
                                        "this topic is not for such an event"));
    }

    private void clean(String dataset, int partition) {
        send("outcomes", Batches.of(Topics.ROWS_CLEANED, partition, 0, Rows.cleaned(dataset)));
        send(
                "outcomes",
                Batches.of(
                        Topics.DATASETS_HISTORY,
                        partition,
                        0,
                        List.of(
                                new DatasetOpened(dataset, "n", Rows.NONE, Instant.EPOCH),
                                new DatasetSealed(dataset, "n", Rows.NONE, 10, 0))));
    }

    private void send(String channel, ConsumerRecords<String, byte[]> batch) {
        connector.<ConsumerRecords<String, byte[]>>source(channel).send(batch);
    }

    private <E extends Event> List<E> history(Class<E> kind) {
        return topic(Topics.DATASETS_HISTORY).events(kind);
    }

    private Topic topic(String name) {
        return new Topic(config.getValue("kafka.bootstrap.servers", String.class), name);
    }

    private static FreezeRequested asked(String dataset, String base) {
        return FreezeRequested.of(dataset, request(base), "job-1");
    }

    private static FreezeRequest request(String base) {
        return new FreezeRequest(base, null, 42, 0.2, 512, FreezeRequest.OverLength.DROP, null);
    }

    private static String reason(ConsumerRecord<String, byte[]> record) {
        return new String(
                record.headers().lastHeader("dead-letter-reason").value(), StandardCharsets.UTF_8);
    }
}
