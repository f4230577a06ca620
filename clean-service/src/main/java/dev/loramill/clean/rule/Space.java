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
        return text.substring(skip(text, 0, characters));
    }

    /** The text without trailing white space and trailing characters of a set. */
    static String stripEnd(String text, String characters) {
        return text.substring(0, skipBack(text, text.length(), characters));
    }

    /** Position behind white space and characters of a set that begin at a position. */
    static int skip(String text, int from, String characters) {
        int start = from;
        while (start < text.length() && isOneOf(text.charAt(start), characters)) {
            start++;
        }
        return start;
    }

    /** Position before white space and characters of a set that end at a position. */
    static int skipBack(String text, int to, String characters) {
        int end = to;
        while (end > 0 && isOneOf(text.charAt(end - 1), characters)) {
            end--;
        }
        return end;
    }

    private static boolean isOneOf(char character, String characters) {
        return isSpace(character) || characters.indexOf(character) >= 0;
    }
}
