package dev.loramill.events.authority;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The public halves of the keys whose records are believed: several while one replaces another. */
public final class PublicKeys implements RecordVerifier {
    /** Name of the algorithm in the header. */
    static final String NAME = "ed25519";

    private final List<EdECPublicKey> keys;

    PublicKeys(List<EdECPublicKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * The keys in files (X.509, PEM), each of which holds one or more.
     *
     * @throws IOException when a file holds none, or cannot be read; the message says which, and
     *     what to do
     */
    public static PublicKeys in(List<Path> files) throws IOException {
        List<EdECPublicKey> keys = new ArrayList<>();
        for (Path file : files) {
            keys.addAll(Pem.publicKeys(file));
        }
        return new PublicKeys(keys);
    }

    /** SHA-256 of each key, by which people tell them apart. */
    public List<String> fingerprints() {
        return keys.stream().map(PublicKeys::fingerprint).toList();
    }

    @Override
    public Optional<String> fault(ConsumerRecord<String, byte[]> record) {
        try {
            byte[] signature = RecordSignature.of(record.headers(), NAME);
            byte[] content =
                    RecordSignature.content(NAME, record.headers(), record.key(), record.value());
            for (EdECPublicKey key : keys) {
                if (isBy(key, content, signature)) {
                    return Optional.empty();
                }
            }
            return Optional.of(
                    "its signature is of no known key, or of another record; known keys are "
                            + fingerprints());
        } catch (RecordSignature.Refused e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    static String fingerprint(PublicKey key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Pem.encoded(key)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    private static boolean isBy(EdECPublicKey key, byte[] content, byte[] signed) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(content);
            return signature.verify(signed);
        } catch (SignatureException e) {
            // Bytes that are no signature at all.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no Ed25519", e);
        }
    }
}
