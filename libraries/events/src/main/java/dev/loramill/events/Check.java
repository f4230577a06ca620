package dev.loramill.events;

/** Claims that the compact constructors of the events make about their components. */
final class Check {
    private static final int SHA256_DIGITS = 64;

    private Check() {}

    static String notBlank(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value;
    }

    /**
     * Free text for a person, in which U+FFFD stands for U+0000: databases hold no such character,
     * and a text that a model or another program wrote may have it.
     */
    static String sentence(String name, String value) {
        return notBlank(name, text(value));
    }

    /** The same, of a text that may be empty. */
    static String text(String value) {
        return value.indexOf('\0') < 0 ? value : value.replace('\0', '\uFFFD');
    }

    static String sha256(String name, String value) {
        if (!isSha256(value)) {
            throw new IllegalArgumentException(
                    "%s must be 64 lower-case hexadecimal digits (SHA-256), got \"%s\""
                            .formatted(name, value));
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

    static long notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must be >= 0, got " + value);
        }
        return value;
    }

    static long positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be > 0, got " + value);
        }
        return value;
    }

    static double finite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be finite, got " + value);
        }
        return value;
    }
}
