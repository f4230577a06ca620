package dev.loramill.events.authority;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A secret that train-service and its workers share: whoever has it signs, by HMAC-SHA256, and
 * believes what was signed with it.
 */
public final class SharedSecret implements RecordSigner, RecordVerifier {
    /** Fewest bytes of a secret. */
    public static final int FEWEST_BYTES = 32;

    private static final String NAME = "hmac-sha256";
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private SharedSecret(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /**
     * The secret in a file: its text without the white space around it, {@value #FEWEST_BYTES}
     * bytes at least.
     *
     * @throws IOException when the file cannot be read or holds less; the message says what to do
     */
    public static SharedSecret in(Path file) throws IOException {
        byte[] secret = KeyFiles.read(file).strip().getBytes(StandardCharsets.ISO_8859_1);
        if (secret.length < FEWEST_BYTES) {
            throw new IOException(
                    "the secret in \"%s\" must have at least %d bytes, got %d; openssl rand -hex 32 makes one"
                            .formatted(file, FEWEST_BYTES, secret.length));
        }
        return new SharedSecret(secret);
    }

    /** Makes a secret in a file that only its owner may read; one that is there stays. */
    public static void make(Path file) throws IOException {
        if (!Files.exists(file)) {
            KeyFiles.make(file, text());
        }
    }

    /** A secret that nobody has had before, in no file. */
    public static SharedSecret random() {
        return new SharedSecret(text().getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void sign(ProducerRecord<String, byte[]> record) {
        try {
            byte[] code =
                    code(
                            RecordSignature.content(
                                    NAME, record.headers(), record.key(), record.value()));
            record.headers()
                    .remove(RecordSignature.HEADER)
                    .add(RecordSignature.HEADER, RecordSignature.header(NAME, code));
        } catch (RecordSignature.Refused e) {
            throw new IllegalStateException(
                    "a record for topic \"%s\" cannot be signed: %s"
                            .formatted(record.topic(), e.getMessage()),
                    e);
        }
    }

    @Override
    public Optional<String> fault(ConsumerRecord<String, byte[]> record) {
        try {
            byte[] signature = RecordSignature.of(record.headers(), NAME);
            byte[] content =
                    RecordSignature.content(NAME, record.headers(), record.key(), record.value());
            return MessageDigest.isEqual(code(content), signature)
                    ? Optional.empty()
                    : Optional.of("it was signed with another secret, or is of another record");
        } catch (RecordSignature.Refused e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private byte[] code(byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
        }
    }

    private static String text() {
        byte[] secret = new byte[FEWEST_BYTES];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret) + System.lineSeparator();
    }
}
