package dev.loramill.events.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
    // RFC 8032, section 7.1, test 1: what every implementation makes of one private key.
    private static final String PRIVATE =
            "302e020100300506032b657004220420"
                    + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private static final String PUBLIC =
            "302a300506032b6570032100"
                    + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    @TempDir private Path directory;

    @Test
    void aKeyIsMadeOnceForItsOwnerAloneAndItsPublicHalfBesideIt() throws IOException {
        Path file = directory.resolve("keys/announcements.pem");

        SigningKey made = SigningKey.in(file);
        SigningKey read = SigningKey.in(file);

        assertThat(read.fingerprint()).isEqualTo(made.fingerprint());
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(mode(directory.resolve("keys"))).isEqualTo("rwx------");
        assertThat(mode(SigningKey.publicFile(file))).isEqualTo("rw-------");
        PublicKeys known = PublicKeys.in(List.of(SigningKey.publicFile(file)));
        assertThat(known.fingerprints()).containsExactly(made.fingerprint());
        assertThat(known.fault(signed(read))).isEmpty();
        try (var files = Files.list(directory.resolve("keys"))) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void thePublicHalfOfAKeyThatAPersonMadeIsWhatTheStandardSays() throws Exception {
        Path file = pem("own.pem", "PRIVATE KEY", PRIVATE);

        SigningKey key = SigningKey.in(file);

        byte[] expected = HexFormat.of().parseHex(PUBLIC);
        assertThat(key.fingerprint())
                .isEqualTo(
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(expected)));
        assertThat(
                        PublicKeys.in(List.of(pem("other.pub", "PUBLIC KEY", PUBLIC)))
                                .fault(signed(key)))
                .isEmpty();
    }

    @Test
    void whileOneKeyReplacesAnotherBothAreBelieved() throws IOException {
        SigningKey old = SigningKey.in(directory.resolve("old.pem"));
        SigningKey next = SigningKey.in(directory.resolve("next.pem"));
        Path both = directory.resolve("both.pub");
        Files.writeString(
                both,
                Files.readString(directory.resolve("old.pem.pub"))
                        + Files.readString(directory.resolve("next.pem.pub")));

        PublicKeys inOneFile = PublicKeys.in(List.of(both));
        PublicKeys onlyNext = PublicKeys.in(List.of(directory.resolve("next.pem.pub")));

        assertThat(inOneFile.fault(signed(old))).isEmpty();
        assertThat(inOneFile.fault(signed(next))).isEmpty();
        assertThat(onlyNext.fault(signed(old))).isPresent();
    }

    @Test
    void whatIsNoKeyIsRefusedWithWhatToDo() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "no key\n");
        Path broken = pem("broken.pem", "PRIVATE KEY", "3000");
        Path half = pem("half.pem", "PUBLIC KEY", PUBLIC);
        Path secret =
                Files.writeString(directory.resolve("short"), "31 bytes, which is one too few");

        assertThatThrownBy(() -> SigningKey.in(text))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("openssl genpkey -algorithm ed25519");
        assertThatThrownBy(() -> SigningKey.in(broken)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> SigningKey.in(half)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PublicKeys.in(List.of(text)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("openssl pkey -pubout");
        assertThatThrownBy(() -> PublicKeys.in(List.of(directory.resolve("absent"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not there");
        assertThatThrownBy(() -> SharedSecret.in(secret))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("at least 32 bytes, got 30");
    }

    @Test
    void aSecretIsMadeOnceForItsOwnerAlone() throws IOException {
        Path file = directory.resolve("worker-secret");

        SharedSecret.make(file);
        String made = Files.readString(file);
        SharedSecret.make(file);

        assertThat(Files.readString(file)).isEqualTo(made);
        assertThat(mode(file)).isEqualTo("rw-------");
        ProducerRecord<String, byte[]> record = record();
        SharedSecret.in(file).sign(record);
        // An editor's line break at the end is not part of it.
        Path copy = Files.writeString(directory.resolve("copy"), made.strip() + "\r\n\n");
        assertThat(SharedSecret.in(copy).fault(received(record))).isEmpty();
    }

    private Path pem(String name, String kind, String hex) throws IOException {
        return Files.writeString(
                directory.resolve(name),
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(
                                kind,
                                Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex)),
                                kind));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static ConsumerRecord<String, byte[]> signed(SigningKey key) {
        ProducerRecord<String, byte[]> record = record();
        key.sign(record);
        return received(record);
    }

    private static ProducerRecord<String, byte[]> record() {
        return KafkaEvents.record(
                EventEnvelope.of(
                        URI.create("/loramill/train"),
                        new AttemptCancelled(
                                new AttemptReference("job-1", 1, 1, "worker-1"), "it is over")));
    }

    private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> record) {
        return new ConsumerRecord<>(
                record.topic(),
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers().toArray()),
                Optional.empty());
    }
}
