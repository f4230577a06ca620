package dev.loramill.llama.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** What a command is given to read. */
final class StandardInput {
    private StandardInput() {}

    /**
     * Standard input as a text.
     *
     * @throws IOException if it is not UTF-8, naming the byte
     */
    static String text() throws IOException {
        return decode(System.in.readAllBytes());
    }

    static String decode(byte[] bytes) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new IOException(
                    "standard input must be UTF-8; byte 0x%02x at offset %d is not"
                            .formatted(bytes[in.position()], in.position()));
        }
        return out.flip().toString();
    }
}
