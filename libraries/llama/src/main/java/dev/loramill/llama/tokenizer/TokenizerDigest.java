package dev.loramill.llama.tokenizer;

import dev.loramill.llama.gguf.GgufMetadata;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufValueType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * The identity of a tokenizer: SHA-256 over the {@code tokenizer.*} metadata of a GGUF file, but
 * for its chat templates, which have a digest of their own.
 *
 * <p>Canonical form: the entries in the order of their keys' code units; of each, the key, then the
 * value. A string is its UTF-8 length as a 64-bit number and its bytes. A value is one byte for its
 * kind (1 string, 2 boolean, 3 whole number, 4 real number; plus 16 for an array of these), an
 * array's length as a 64-bit number, then the elements: strings as above, booleans as one byte,
 * whole numbers as 64 bits, real numbers as the 64 bits of a double. Numbers are big-endian. So the
 * digest does not depend on the order of the entries in the file or on the width that numbers are
 * stored with.
 */
public final class TokenizerDigest {
    private static final String PREFIX = "tokenizer.";
    private static final String TEMPLATE_PREFIX = "tokenizer.chat_template";
    private static final int STRING = 1;
    private static final int BOOL = 2;
    private static final int WHOLE = 3;
    private static final int REAL = 4;
    private static final int ARRAY = 16;

    private final MessageDigest digest = sha256();
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    private TokenizerDigest() {}

    /** The digest as 64 lower-case hexadecimal digits. */
    public static String of(GgufMetadata metadata) {
        TokenizerDigest digest = new TokenizerDigest();
        for (String key : new TreeSet<>(metadata.keys())) {
            if (key.startsWith(PREFIX) && !key.startsWith(TEMPLATE_PREFIX)) {
                digest.string(key);
                digest.value(metadata.find(key).orElseThrow());
            }
        }
        return HexFormat.of().formatHex(digest.digest.digest());
    }

    private void value(GgufValue value) {
        switch (value) {
            case GgufValue.Text(String text) -> {
                digest.update((byte) STRING);
                string(text);
            }
            case GgufValue.Bool(boolean bool) -> {
                digest.update((byte) BOOL);
                digest.update((byte) (bool ? 1 : 0));
            }
            case GgufValue.Whole(GgufValueType _, long whole) -> {
                digest.update((byte) WHOLE);
                number(whole);
            }
            case GgufValue.Real(GgufValueType _, double real) -> {
                digest.update((byte) REAL);
                number(Double.doubleToLongBits(real));
            }
            case GgufValue.Texts(List<String> texts) -> {
                array(STRING, texts.size());
                texts.forEach(this::string);
            }
            case GgufValue.Bools(List<Boolean> bools) -> {
                array(BOOL, bools.size());
                bools.forEach(bool -> digest.update((byte) (bool ? 1 : 0)));
            }
            case GgufValue.Wholes(GgufValueType _, List<Long> wholes) -> {
                array(WHOLE, wholes.size());
                wholes.forEach(this::number);
            }
            case GgufValue.Reals(GgufValueType _, List<Double> reals) -> {
                array(REAL, reals.size());
                reals.forEach(real -> number(Double.doubleToLongBits(real)));
            }
        }
    }

    private void array(int elementKind, int length) {
        digest.update((byte) (ARRAY + elementKind));
        number(length);
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        digest.update(bytes);
    }

    private void number(long value) {
        digest.update(number.clear().putLong(value).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
