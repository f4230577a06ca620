package dev.loramill.clean.rule;

/** White space in texts: what Unicode calls so, with the no-break spaces. */
final class Space {
    private Space() {}

    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
    }

    /** The text without white space at either end. */
    static String strip(String text) {
        return stripEnd(stripStart(text, ""), "");
    }

    /** The text without leading white space and leading characters of a set. */
    static String stripStart(String text, String characters) {
        int start = 0;
        while (start < text.length() && isOneOf(text.charAt(start), characters)) {
            start++;
        }
        return text.substring(start);
    }

    /** The text without trailing white space and trailing characters of a set. */
    static String stripEnd(String text, String characters) {
        int end = text.length();
        while (end > 0 && isOneOf(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(0, end);
    }

    private static boolean isOneOf(char character, String characters) {
        return isSpace(character) || characters.indexOf(character) >= 0;
    }
}
