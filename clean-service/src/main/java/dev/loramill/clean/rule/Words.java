package dev.loramill.clean.rule;

/** Counts words: runs without white space that hold at least one letter or digit. */
public final class Words {
    private Words() {}

    /** Number of words in a text. */
    public static int count(String text) {
        int words = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            if (Space.isSpace(codePoint)) {
                inWord = false;
            } else if (!inWord && Character.isLetterOrDigit(codePoint)) {
                inWord = true;
                words++;
            }
        }
        return words;
    }
}
