package dev.loramill.events;

/**
 * What an event may hold at most. Whatever exceeds a limit is no event, so that nothing that comes
 * by Kafka is larger, or other, than what databases, logs and file names can take. Doors hold what
 * people send against the same limits.
 */
public final class EventLimits {
    /** Largest body of an event, in bytes, after it was unpacked. */
    public static final int BODY_BYTES = 8 << 20;

    /** Longest id, in characters. */
    public static final int ID = 128;

    /** Longest name of a model that clients ask for, in characters. */
    public static final int MODEL = 256;

    /** Longest name that a person gave, in characters. */
    public static final int NAME = 1_000;

    /** Longest sentence for a person, in characters; a longer one is cut. */
    public static final int SENTENCE = 4_000;

    /** Longest text of a row, in characters. */
    public static final int ROW_TEXT = BODY_BYTES;

    /** Most messages of a row. */
    public static final int MESSAGES = 16_384;

    /** Most rules that changed a row. */
    public static final int RULES = 1_000;

    /** Most sentences about one thing. */
    public static final int REASONS = 100;

    /** Most questions that base and adapter are asked. */
    public static final int PROBES = 64;

    /** Longest question, in characters. */
    public static final int PROBE = 16_000;

    /** Longest answer, in characters; a longer one is cut. */
    public static final int ANSWER = 64_000;

    /** Longest system prompt, in characters. */
    public static final int SYSTEM_PROMPT = 64_000;

    /** Greatest count, size or id that is a number: what JSON keeps exactly everywhere. */
    public static final long COUNT = 1L << 53;

    /** Greatest number of optimizer steps. */
    public static final int STEPS = 1_000_000_000;

    /** Greatest measured value, such as a loss or a speed, either side of zero. */
    public static final double MEASURE = 1e15;

    private EventLimits() {}

    /**
     * Whether a text can be an id: 1 to 128 ASCII letters, digits, ".", "_" and "-", of which the
     * first is a letter or a digit. So an id is always one part of a path, and never one that leads
     * elsewhere.
     */
    public static boolean isId(String text) {
        return isIdentifier(text, ID, "._-");
    }

    /** Whether a text can be a model's name: as an id, of up to 256 characters, also ":/@+". */
    public static boolean isModel(String text) {
        return isIdentifier(text, MODEL, "._-:/@+");
    }

    /**
     * Whether databases and UTF-8 can hold a text: it has neither U+0000 nor half of a surrogate
     * pair.
     */
    public static boolean isStorable(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char character = text.charAt(i);
            if (character == 0) {
                return false;
            }
            if (Character.isSurrogate(character)) {
                if (!isPair(text, i)) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    static boolean isPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    private static boolean isIdentifier(String text, int longest, String others) {
        if (text.isEmpty() || text.length() > longest || !isLetterOrDigit(text.charAt(0))) {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            char character = text.charAt(i);
            if (!isLetterOrDigit(character) && others.indexOf(character) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char character) {
        return character >= 'a' && character <= 'z'
                || character >= 'A' && character <= 'Z'
                || character >= '0' && character <= '9';
    }
}
