package dev.loramill.events.authority;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** An Ed25519 key, by which one program signs what only it may decide; readers know its half. */
public final class SigningKey implements RecordSigner {
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey privateKey;
    private final EdECPublicKey publicKey;

    private SigningKey(KeyPair pair) {
        this.privateKey = pair.getPrivate();
        this.publicKey = (EdECPublicKey) pair.getPublic();
    }

    /**
     * The key in a file (PKCS#8, PEM), which is made, readable for its owner only, where there is
     * none. Its public half is written beside it, unless nothing can be written there.
     *
     * @throws IOException when the file holds no such key, or cannot be read or made; the message
     *     says which, and what to do
     */
    public static SigningKey in(Path file) throws IOException {
        if (!Files.exists(file)) {
            KeyFiles.make(file, Pem.write(pair(new SecureRandom()).getPrivate()));
        }
        SigningKey key = new SigningKey(completed(Pem.privateKey(file)));
        key.writePublicKey(publicFile(file));
        return key;
    }

    /** A key that nobody has had before, in no file. */
    public static SigningKey random() {
        return new SigningKey(pair(new SecureRandom()));
    }

    /** File of the public half (X.509, PEM) of the key in a file. */
    public static Path publicFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".pub");
    }

    /** SHA-256 of the public half, by which people tell keys apart. */
    public String fingerprint() {
        return PublicKeys.fingerprint(publicKey);
    }

    /** What readers need. */
    public PublicKeys publicKeys() {
        return new PublicKeys(List.of(publicKey));
    }

    @Override
    public void sign(ProducerRecord<String, byte[]> record) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(
                    RecordSignature.content(
                            PublicKeys.NAME, record.headers(), record.key(), record.value()));
            record.headers()
                    .remove(RecordSignature.HEADER)
                    .add(
                            RecordSignature.HEADER,
                            RecordSignature.header(PublicKeys.NAME, signature.sign()));
        } catch (GeneralSecurityException | RecordSignature.Refused e) {
            throw new IllegalStateException(
                    "a record for topic \"%s\" cannot be signed: %s"
                            .formatted(record.topic(), e.getMessage()),
                    e);
        }
    }

    private void writePublicKey(Path file) {
        String text = Pem.write(publicKey);
        try {
            if (!Files.exists(file) || !KeyFiles.read(file).equals(text)) {
                KeyFiles.replace(file, text);
            }
        } catch (IOException e) {
            // A key that somebody else has put there, such as a secret of a cluster, lies where
            // nothing can be written; they have its other half, too.
        }
    }

    /**
     * A private key with its public half. The JDK computes one from the other only when it makes a
     * pair, so it is made again from the same random bytes.
     */
    private static KeyPair completed(EdECPrivateKey key) throws IOException {
        byte[] seed =
                key.getBytes().orElseThrow(() -> new IOException("a key tells nothing of itself"));
        KeyPair pair = pair(new Seed(seed));
        if (!(pair.getPrivate() instanceof EdECPrivateKey same)
                || !Arrays.equals(same.getBytes().orElse(new byte[0]), seed)) {
            throw new IOException("this JDK does not tell the public half of an Ed25519 key");
        }
        return pair;
    }

    private static KeyPair pair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no Ed25519", e);
        }
    }

    /** Bytes that are known. */
    private static final class Seed extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, Math.min(seed.length, bytes.length));
        }
    }
}
