package dev.loramill.events.authority;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ed25519 keys as text: PKCS#8 and X.509 in PEM, as {@code openssl} reads and writes them. */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([^-]*)-----END \\1-----");
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";

    private Pem() {}

    static String write(PrivateKey key) {
        return block(PRIVATE, Objects.requireNonNull(key.getEncoded()));
    }

    static String write(PublicKey key) {
        return block(PUBLIC, encoded(key));
    }

    /** A public key as X.509 has it. */
    static byte[] encoded(PublicKey key) {
        return Objects.requireNonNull(key.getEncoded());
    }

    /** The private key in a file. */
    static EdECPrivateKey privateKey(Path file) throws IOException {
        for (byte[] encoded : blocks(PRIVATE, file)) {
            try {
                if (KeyFactory.getInstance("EdDSA")
                                        .generatePrivate(new PKCS8EncodedKeySpec(encoded))
                                instanceof EdECPrivateKey key
                        && isEd25519(key.getParams())) {
                    return key;
                }
            } catch (GeneralSecurityException e) {
                // Told below.
            }
        }
        throw new IOException(
                "\"%s\" holds no private Ed25519 key in PEM (PKCS#8); openssl genpkey -algorithm ed25519 makes one"
                        .formatted(file));
    }

    /** The public keys in a file, one at least. */
    static List<EdECPublicKey> publicKeys(Path file) throws IOException {
        List<EdECPublicKey> keys = new ArrayList<>();
        for (byte[] encoded : blocks(PUBLIC, file)) {
            try {
                if (KeyFactory.getInstance("EdDSA").generatePublic(new X509EncodedKeySpec(encoded))
                                instanceof EdECPublicKey key
                        && isEd25519(key.getParams())) {
                    keys.add(key);
                }
            } catch (GeneralSecurityException e) {
                // Told below.
            }
        }
        if (keys.isEmpty()) {
            throw new IOException(
                    "\"%s\" holds no public Ed25519 key in PEM (X.509); openssl pkey -pubout makes it from the private one"
                            .formatted(file));
        }
        return keys;
    }

    private static boolean isEd25519(@Nullable NamedParameterSpec parameters) {
        return parameters != null
                && parameters.getName().equals(NamedParameterSpec.ED25519.getName());
    }

    private static List<byte[]> blocks(String kind, Path file) throws IOException {
        List<byte[]> found = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(KeyFiles.read(file));
        while (blocks.find()) {
            if (kind.equals(blocks.group(1))) {
                try {
                    found.add(Base64.getMimeDecoder().decode(blocks.group(2)));
                } catch (IllegalArgumentException e) {
                    throw new IOException(
                            "a \"%s\" in \"%s\" is not Base64".formatted(kind, file), e);
                }
            }
        }
        return found;
    }

    private static String block(String kind, byte[] encoded) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(kind, Base64.getEncoder().encodeToString(encoded), kind);
    }
}
