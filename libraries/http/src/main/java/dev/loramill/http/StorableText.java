package dev.loramill.http;

/**
 * Which texts of requests can be stored and told again as they were: those without U+0000, which
 * PostgreSQL refuses, and without half a pair of surrogates, which UTF-8 has no bytes for.
 */
final class StorableText {
    private StorableText() {}

    /** Whether a text can be stored. */
    static boolean is(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == 0 || Character.isLowSurrogate(character)) {
                return false;
            }
            if (Character.isHighSurrogate(character)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
