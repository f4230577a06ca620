package dev.loramill.events.authority;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The header that proves who wrote a record: {@code v1}, an algorithm and the signature in Base64,
 * with a space between. Signed are the version, the algorithm, the headers {@code ce_type}, {@code
 * ce_id}, {@code ce_source} and {@code ce_time}, the key and the bytes of the value, each behind
 * its length in four bytes, so that no two records have the same signed bytes.
 */
public final class RecordSignature {
    /** Name of the header. */
    public static final String HEADER = "loramill-signature";

    private static final String VERSION = "v1";
    private static final String LABEL = "loramill record";
    private static final List<String> SIGNED = List.of("ce_type", "ce_id", "ce_source", "ce_time");

    /** The longest header that can be one of ours is half as long. */
    private static final int LONGEST = 256;

    private static final int PARTS = 3;

    private RecordSignature() {}

    /** A record that bears no proof. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** Text of the header. */
    static byte[] header(String algorithm, byte[] signature) {
        return "%s %s %s"
                .formatted(VERSION, algorithm, Base64.getEncoder().encodeToString(signature))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The signature that a record bears.
     *
     * @throws Refused when it bears none of this algorithm
     */
    static byte[] of(Headers headers, String algorithm) throws Refused {
        Header header = headers.lastHeader(HEADER);
        if (header == null || header.value() == null) {
            throw new Refused("it is not signed: the header " + HEADER + " is missing");
        }
        if (header.value().length > LONGEST) {
            throw new Refused(
                    "the header %s must have at most %d bytes, got %,d"
                            .formatted(HEADER, LONGEST, header.value().length));
        }
        String[] parts = new String(header.value(), StandardCharsets.US_ASCII).split(" ", -1);
        if (parts.length != PARTS || !parts[0].equals(VERSION) || !parts[1].equals(algorithm)) {
            throw new Refused(
                    "the header %s must be \"%s %s\" and a signature, and is not"
                            .formatted(HEADER, VERSION, algorithm));
        }
        try {
            return Base64.getDecoder().decode(parts[2]);
        } catch (IllegalArgumentException e) {
            throw new Refused("the signature in the header " + HEADER + " is not Base64");
        }
    }

    /**
     * The bytes that are signed.
     *
     * @throws Refused when the record lacks one of them
     */
    static byte[] content(
            String algorithm, Headers headers, @Nullable String key, byte @Nullable [] value)
            throws Refused {
        if (key == null || value == null) {
            throw new Refused(
                    "a record without %s cannot be signed"
                            .formatted(key == null ? "a key" : "a value"));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length + LONGEST);
        try (DataOutputStream content = new DataOutputStream(bytes)) {
            add(content, text(LABEL));
            add(content, text(VERSION));
            add(content, text(algorithm));
            for (String name : SIGNED) {
                Header header = headers.lastHeader(name);
                if (header == null || header.value() == null) {
                    throw new Refused("the header %s is missing, which is signed".formatted(name));
                }
                add(content, header.value());
            }
            add(content, text(key));
            add(content, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void add(DataOutputStream content, byte[] part) throws IOException {
        content.writeInt(part.length);
        content.write(part);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
