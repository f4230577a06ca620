package dev.loramill.events.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSignatureTest {
    private static final SigningKey KEY = SigningKey.random();
    private static final SharedSecret SECRET = SharedSecret.random();

    @ParameterizedTest
    @ValueSource(strings = {"key", "secret"})
    void aSignedRecordIsBelieved(String kind) {
        ProducerRecord<String, byte[]> record = signed(kind);

        assertThat(verifier(kind).fault(received(record))).isEmpty();
        assertThat(KafkaEvents.read(received(record)).event()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "key,ce_type",
        "key,ce_id",
        "key,ce_source",
        "key,ce_time",
        "secret,ce_type",
        "secret,ce_id",
        "secret,ce_source",
        "secret,ce_time"
    })
    void aHeaderThatWasChangedOrTakenAwayIsNoticed(String kind, String header) {
        ProducerRecord<String, byte[]> changed = signed(kind);
        changed.headers().add(header, bytes("another"));
        ProducerRecord<String, byte[]> without = signed(kind);
        without.headers().remove(header);

        assertThat(verifier(kind).fault(received(changed))).get().asString().contains("of another");
        assertThat(verifier(kind).fault(received(without))).get().asString().contains(header);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "secret"})
    void anotherBodyKeyOrSignerIsNoticed(String kind) {
        ProducerRecord<String, byte[]> record = signed(kind);
        ProducerRecord<String, byte[]> other = record("job-2");
        sign(kind, other);
        ProducerRecord<String, byte[]> foreign = record("job-1");
        if (kind.equals("key")) {
            SigningKey.random().sign(foreign);
        } else {
            SharedSecret.random().sign(foreign);
        }

        assertRefused(kind, received(record.key(), other.value(), record));
        assertRefused(kind, received("another-key", record.value(), record));
        assertRefused(kind, received(record.key(), record.value(), other));
        assertRefused(kind, received(foreign));
        assertRefused(kind, received(record("job-1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "secret"})
    void whereOnePartEndsAndTheNextBeginsIsSigned(String kind) {
        ProducerRecord<String, byte[]> record = signed(kind);
        String value = new String(record.value(), StandardCharsets.UTF_8);

        assertRefused(
                kind, received(record.key() + value.charAt(0), bytes(value.substring(1)), record));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1",
                "v1 ed25519 ",
                "v1 hmac-sha256 ",
                "v1 ed25519 AAAA",
                "v1 hmac-sha256 AAAA",
                "v1 ed25519 ?",
                "v1 hmac-sha256 \u0000",
                "v2 ed25519 AAAA",
                "v1 none AAAA",
                "v1 ed25519 AAAA AAAA"
            })
    void aMalformedHeaderIsARefusalAndNoException(String header) {
        for (String kind : new String[] {"key", "secret"}) {
            ProducerRecord<String, byte[]> record = record("job-1");
            record.headers().add(RecordSignature.HEADER, bytes(header));
            assertRefused(kind, received(record));
            ProducerRecord<String, byte[]> longer = record("job-1");
            longer.headers().add(RecordSignature.HEADER, bytes(header + "A".repeat(1 << 20)));
            assertRefused(kind, received(longer));
        }
    }

    @SuppressWarnings("NullAway") // Kafka knows headers, keys and values that are null
    @ParameterizedTest
    @ValueSource(strings = {"key", "secret"})
    void whatIsMissingIsARefusalAndNoException(String kind) {
        ProducerRecord<String, byte[]> record = signed(kind);
        ProducerRecord<String, byte[]> nothing = record("job-1");
        nothing.headers().add(RecordSignature.HEADER, null);

        assertRefused(kind, received(null, record.value(), record));
        assertRefused(kind, received(record.key(), null, record));
        assertRefused(kind, received(nothing));
    }

    private static void assertRefused(String kind, ConsumerRecord<String, byte[]> record) {
        Optional<String> fault = verifier(kind).fault(record);
        assertThat(fault).isPresent();
        assertThat(fault.get()).isNotBlank().hasSizeLessThan(400);
    }

    private static RecordVerifier verifier(String kind) {
        return kind.equals("key") ? KEY.publicKeys() : SECRET;
    }

    private static void sign(String kind, ProducerRecord<String, byte[]> record) {
        (kind.equals("key") ? KEY : SECRET).sign(record);
    }

    private static ProducerRecord<String, byte[]> signed(String kind) {
        ProducerRecord<String, byte[]> record = record("job-1");
        sign(kind, record);
        return record;
    }

    private static ProducerRecord<String, byte[]> record(String job) {
        return KafkaEvents.record(
                EventEnvelope.of(
                        URI.create("/loramill/train"),
                        new AttemptCancelled(
                                new AttemptReference(job, 1, 1, "worker-1"), "it is over")));
    }

    private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> record) {
        return received(record.key(), record.value(), record);
    }

    @SuppressWarnings("NullAway") // Kafka knows keys and values that are null
    private static ConsumerRecord<String, byte[]> received(
            @Nullable String key, byte @Nullable [] value, ProducerRecord<String, byte[]> headers) {
        return new ConsumerRecord<>(
                headers.topic(),
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                new RecordHeaders(headers.headers().toArray()),
                Optional.empty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
