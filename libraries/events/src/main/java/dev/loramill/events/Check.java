package dev.loramill.events;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Claims that the compact constructors of the events make about their components. */
final class Check {
    private static final int SHA256_DIGITS = 64;

    /** Quotes of a wrong value end after so many characters. */
    private static final int LONGEST_QUOTE = 80;

    private static final Instant FIRST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private Check() {}

    /** What JSON left out is null, whatever the component says. */
    private static <T> T present(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    /** An id, as {@link EventLimits#isId} says. */
    static String id(String name, String value) {
        present(name, value);
        if (!EventLimits.isId(value)) {
            throw new IllegalArgumentException(
                    ("%s must be 1 to %d letters, digits, \".\", \"_\" or \"-\", the first a letter"
                                    + " or digit, got \"%s\"")
                            .formatted(name, EventLimits.ID, quote(value)));
        }
        return value;
    }

    /** A model's name, as {@link EventLimits#isModel} says. */
    static String model(String name, String value) {
        present(name, value);
        if (!EventLimits.isModel(value)) {
            throw new IllegalArgumentException(
                    ("%s must be 1 to %d letters, digits or one of \"._-:/@+\", the first a letter"
                                    + " or digit, got \"%s\"")
                            .formatted(name, EventLimits.MODEL, quote(value)));
        }
        return value;
    }

    /** Where a row came from: printable ASCII. */
    static String source(String name, String value) {
        present(name, value);
        if (value.isBlank() || value.length() > EventLimits.NAME || !isPrintable(value)) {
            throw new IllegalArgumentException(
                    "%s must be 1 to %d printable ASCII characters, got \"%s\""
                            .formatted(name, EventLimits.NAME, quote(value)));
        }
        return value;
    }

    /** In a loop, since each row has three such texts. */
    private static boolean isPrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character < 0x20 || character >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** A short text on one line that is not blank, such as the name of a device. */
    static String label(String name, String value) {
        notBlank(name, value);
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "%s must hold no control characters, got \"%s\"".formatted(name, quote(value)));
        }
        return name(name, value);
    }

    /** A name that a person gave; it may be empty. */
    static String name(String name, String value) {
        return text(name, value, EventLimits.NAME);
    }

    /** A text that is taken as it is, or not at all. */
    static String text(String name, String value, int longest) {
        present(name, value);
        if (value.length() > longest) {
            throw new IllegalArgumentException(
                    "%s must have at most %,d characters, got %,d"
                            .formatted(name, longest, value.length()));
        }
        if (!EventLimits.isStorable(value)) {
            throw new IllegalArgumentException(
                    name + " must hold neither U+0000 nor half of a surrogate pair, and does");
        }
        return value;
    }

    /**
     * Free text for a person, cut after {@link EventLimits#SENTENCE} characters. U+FFFD stands in
     * it for what databases cannot hold, since a text that a model or another program wrote may
     * have that.
     */
    static String sentence(String name, String value) {
        return notBlank(name, readable(present(name, value), EventLimits.SENTENCE));
    }

    /** The same, of a text that may be empty and has a limit of its own. */
    static String readable(String value, int longest) {
        String whole = storable(value);
        if (whole.length() <= longest) {
            return whole;
        }
        int end = longest - 1;
        return whole.substring(0, Character.isHighSurrogate(whole.charAt(end - 1)) ? end - 1 : end)
                + "…";
    }

    /** A text with U+FFFD for each character that databases cannot hold. */
    static String storable(String value) {
        if (EventLimits.isStorable(value)) {
            return value;
        }
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (EventLimits.isPair(value, i)) {
                text.append(character).append(value.charAt(++i));
            } else {
                text.append(
                        character == 0 || Character.isSurrogate(character) ? '\uFFFD' : character);
            }
        }
        return text.toString();
    }

    /** A list of at most so many elements, copied. */
    static <T> List<T> list(String name, List<T> values, int most) {
        present(name, values);
        if (values.size() > most) {
            throw new IllegalArgumentException(
                    "%s must have at most %,d elements, got %,d"
                            .formatted(name, most, values.size()));
        }
        return List.copyOf(values);
    }

    static String notBlank(String name, String value) {
        present(name, value);
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value;
    }

    static String sha256(String name, String value) {
        present(name, value);
        if (!isSha256(value)) {
            throw new IllegalArgumentException(
                    "%s must be 64 lower-case hexadecimal digits (SHA-256), got \"%s\""
                            .formatted(name, quote(value)));
        }
        return value;
    }

    /**
     * By hand, since each row has three of them and a pattern took a fifteenth of the ledger's
     * time.
     */
    private static boolean isSha256(String value) {
        if (value.length() != SHA256_DIGITS) {
            return false;
        }
        for (int i = 0; i < SHA256_DIGITS; i++) {
            char digit = value.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** A number from 0 on, of at most {@link EventLimits#COUNT}. */
    static long notNegative(String name, long value) {
        return inRange(name, value, 0, EventLimits.COUNT);
    }

    /** A number from 1 on, of at most {@link EventLimits#COUNT}. */
    static long positive(String name, long value) {
        return inRange(name, value, 1, EventLimits.COUNT);
    }

    static long inRange(String name, long value, long least, long greatest) {
        if (value < least || value > greatest) {
            throw new IllegalArgumentException(
                    "%s must be in [%d, %d], got %d".formatted(name, least, greatest, value));
        }
        return value;
    }

    /** A measured number on either side of zero. */
    static double measured(String name, double value) {
        return inRange(name, value, -EventLimits.MEASURE, EventLimits.MEASURE);
    }

    static double inRange(String name, double value, double least, double greatest) {
        if (!(value >= least && value <= greatest)) {
            throw new IllegalArgumentException(
                    "%s must be in [%s, %s], got %s".formatted(name, least, greatest, value));
        }
        return value;
    }

    /** A time that databases can hold. */
    static Instant time(String name, Instant value) {
        present(name, value);
        if (value.isBefore(FIRST) || value.isAfter(LAST)) {
            throw new IllegalArgumentException(
                    "%s must be in [%s, %s], got %s".formatted(name, FIRST, LAST, value));
        }
        return value;
    }

    private static String quote(String value) {
        return readable(value, LONGEST_QUOTE);
    }
}
