package dev.loramill.llama.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns the tokens of one stream into text as they come: bytes that may still become a whole UTF-8
 * character are held back, malformed ones become U+FFFD. Not for several threads.
 */
public final class TextStream {
    private final Tokenizer tokenizer;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer pending = ByteBuffer.allocate(64).flip();

    TextStream(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The text that is complete with this token; empty if none is, or for a control token. */
    public String next(int token) {
        return next(tokenizer.piece(token));
    }

    /** The text that is complete with these bytes. */
    String next(byte[] bytes) {
        if (bytes.length == 0) {
            return "";
        }
        ByteBuffer joined = ByteBuffer.allocate(pending.remaining() + bytes.length);
        joined.put(pending).put(bytes).flip();
        pending = joined;
        return decode(false);
    }

    /** The text that the bytes still held back stand for; the stream may then be used again. */
    public String end() {
        String text = decode(true);
        pending = ByteBuffer.allocate(0);
        decoder.reset();
        return text;
    }

    private String decode(boolean endOfInput) {
        CharBuffer chars = CharBuffer.allocate(pending.remaining() + 2);
        decoder.decode(pending, chars, endOfInput);
        if (endOfInput) {
            decoder.flush(chars);
        }
        return chars.flip().toString();
    }
}
