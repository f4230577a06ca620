package dev.loramill.clean.sampling;

import dev.loramill.events.ChatMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** What a row asks: rows that ask the same go to the same side of the split. */
public final class QuestionDigest {
    private QuestionDigest() {}

    /**
     * SHA-256 over the words of the user's messages, in lower case, without punctuation: two rows
     * whose questions differ only in case, spaces or marks have the same. A row without a question
     * counts by the whole of its words.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public static String of(List<ChatMessage> messages) {
        StringBuilder words = new StringBuilder();
        for (ChatMessage message : messages) {
            if (message.role().equals("user")) {
                appendWords(words, message.content());
                words.append('\n');
            }
        }
        if (words.toString().isBlank()) {
            messages.forEach(message -> appendWords(words, message.content()));
        }
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(words.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    private static void appendWords(StringBuilder words, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean isInWord = false;
        boolean hasWords = false;
        for (int i = 0; i < lower.length(); ) {
            int codePoint = lower.codePointAt(i);
            i += Character.charCount(codePoint);
            if (!Character.isLetterOrDigit(codePoint)) {
                isInWord = false;
                continue;
            }
            if (!isInWord && hasWords) {
                words.append(' ');
            }
            words.appendCodePoint(codePoint);
            isInWord = true;
            hasWords = true;
        }
    }
}
