package dev.loramill.serve.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.messaging.Trace;
import dev.loramill.serve.AnnouncedFiles;
import dev.loramill.serve.InMemoryServing;
import dev.loramill.serve.TinyServing;
import dev.loramill.serve.TrainAuthority;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The listener on channels in memory; the engine is real. */
@QuarkusTest
@WithTestResource(InMemoryServing.class)
class AdaptersListenerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition PARTITION = new TopicPartition(Topics.ADAPTERS, 0);

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static final SigningKey KEY = TrainAuthority.key();

    @Inject @Any InMemoryConnector connector;

    @Inject
    @Identifier("adapters")
    AdaptersListener listener;

    @Inject Adapters adapters;
    @Inject EngineLifecycle lifecycle;
    @Inject ArtifactStore store;

    @Test
    void servesWhatWasAnnouncedBeforeTheStartAndThenWhatComes() throws Exception {
        await().atMost(PATIENCE).until(() -> lifecycle.state() instanceof EngineState.Serving);
        AnnouncedFiles files =
                new AnnouncedFiles(
                        store,
                        ((EngineState.Serving) lifecycle.state()).base().sizes(),
                        ((EngineState.Serving) lifecycle.state()).base().contract());
        AdapterAnnounced kept = files.adapter("kept", 1);
        AdapterAnnounced retired = files.adapter("retired", 2);
        MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 4L));

        listener.onPartitionsAssigned(consumer, List.of(PARTITION));
        send(record(0, retired, null), record(1, kept, TRACE));
        send(new ConsumerRecord<>(Topics.ADAPTERS, 0, 2, "x", bytes("no announcement")));
        assertThat(adapters.isComplete()).isFalse();
        assertThat(statuses()).isEmpty();
        send(
                record(
                        3,
                        AnnouncedFiles.inState(retired, AdapterAnnounced.State.RETIRED, "old"),
                        null));

        await().atMost(PATIENCE).until(adapters::isComplete);
        assertThat(adapters.served())
                .extracting(ServedAdapter::adapterId)
                .containsExactly(kept.adapterId());
        assertThat(statuses()).hasSize(1).first().isInstanceOf(AdapterLoaded.class);
        assertThat(traces()).containsExactly(TRACE);
        assertIsShown(kept);

        // Assigned again: it goes on where it was, and what comes again changes nothing.
        listener.onPartitionsAssigned(consumer, List.of(PARTITION));
        assertThat(consumer.position(PARTITION)).isEqualTo(4);
        AdapterAnnounced untraced = files.adapter("untraced", 3);
        send(record(1, kept, TRACE), deletion(4, kept.adapterId()), record(5, untraced, null));

        await().atMost(PATIENCE).until(() -> statuses().size() == 2);
        assertThat(traces()).last().isNull();
        assertThat(adapters.served())
                .as("a deletion, which nobody signs, takes nothing out")
                .extracting(ServedAdapter::adapterId)
                .containsExactlyInAnyOrder(kept.adapterId(), untraced.adapterId());

        send(
                record(
                        6,
                        AnnouncedFiles.inState(kept, AdapterAnnounced.State.HELD, "it loops"),
                        null));
        await().atMost(PATIENCE).until(() -> statuses().size() == 3);
        assertThat(statuses())
                .last()
                .asInstanceOf(type(AdapterEvicted.class))
                .extracting(AdapterEvicted::reason)
                .isEqualTo("it is held: it loops");
        assertThat(adapters.served())
                .extracting(ServedAdapter::adapterId)
                .containsExactly(untraced.adapterId());
    }

    private static void assertIsShown(AdapterAnnounced adapter) {
        try (HttpTestClient http =
                new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class))) {
            HttpAnswer page = http.get("/v1/served-adapters");
            assertThat(page.json().path("data")).as(page.text()).hasSize(1);
            assertThat(page.at("/data/0/id")).isEqualTo(adapter.adapterId());
            assertThat(page.at("/data/0/model")).isEqualTo(adapter.model());
            assertThat(page.at("/data/0/replica_id")).isEqualTo(TinyServing.REPLICA);
            assertThat(page.json().at("/data/0/max_logit_difference").doubleValue()).isPositive();
        }
    }

    @SafeVarargs
    private void send(ConsumerRecord<String, byte[]>... records) {
        connector
                .<ConsumerRecords<String, byte[]>>source("adapters")
                .send(new ConsumerRecords<>(Map.of(PARTITION, List.of(records)), Map.of()));
    }

    private List<@Nullable String> traces() {
        List<@Nullable String> traces = new ArrayList<>();
        sent().forEach(record -> traces.add(Trace.of(record.headers())));
        return traces;
    }

    private List<ProducerRecord<String, byte[]>> sent() {
        return connector.<ProducerRecord<String, byte[]>>sink("serving-status").received().stream()
                .map(message -> message.getPayload())
                .toList();
    }

    private List<Object> statuses() {
        return sent().stream()
                .map(record -> (Object) KafkaEvents.read(record.headers(), record.value()).event())
                .toList();
    }

    private static ConsumerRecord<String, byte[]> record(
            long offset, AdapterAnnounced adapter, @Nullable String traceParent) {
        ProducerRecord<String, byte[]> sent =
                KafkaEvents.record(EventEnvelope.of(URI.create("/test"), adapter));
        KEY.sign(sent);
        Trace.addTo(sent.headers(), traceParent);
        return new ConsumerRecord<>(
                sent.topic(),
                0,
                offset,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                sent.key(),
                sent.value(),
                new RecordHeaders(sent.headers().toArray()),
                Optional.empty());
    }

    @SuppressWarnings("NullAway") // a deletion has no value
    private static ConsumerRecord<String, byte[]> deletion(long offset, String adapterId) {
        return new ConsumerRecord<>(Topics.ADAPTERS, 0, offset, adapterId, null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
