package dev.loramill.events;

import java.util.regex.Pattern;

/** Claims that the compact constructors of the events make about their components. */
final class Check {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Check() {}

    static String notBlank(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value;
    }

    static String sha256(String name, String value) {
        if (!SHA256.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "%s must be 64 lower-case hexadecimal digits (SHA-256), got \"%s\""
                            .formatted(name, value));
        }
        return value;
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
