package dev.loramill.clean.rule;

/** Gives a text that lost its beginning a capital letter again. */
final class Capitals {
    private Capitals() {}

    /** Upper-cases the first letter when the first word is all lower-case letters. */
    static String atStart(String text) {
        int end = 0;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            if (!Character.isLowerCase(text.charAt(end))) {
                return text;
            }
            end++;
        }
        if (end == 0 || (end < text.length() && Character.isDigit(text.charAt(end)))) {
            return text;
        }
        return Character.toTitleCase(text.charAt(0)) + text.substring(1);
    }
}
