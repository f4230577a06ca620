package dev.loramill.http;

/** Text that quotes what somebody sent, made fit for an answer. */
public final class AnswerText {
    private static final char REPLACEMENT = '\uFFFD';

    private AnswerText() {}

    /** The text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold. */
    public static String of(String text) {
        StringBuilder mended = new StringBuilder(text);
        for (int i = 0; i < mended.length(); i++) {
            char character = mended.charAt(i);
            if (Character.isHighSurrogate(character)
                    && i + 1 < mended.length()
                    && Character.isLowSurrogate(mended.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(character)) {
                mended.setCharAt(i, REPLACEMENT);
            }
        }
        return mended.toString();
    }
}
