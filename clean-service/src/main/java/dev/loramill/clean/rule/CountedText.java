package dev.loramill.clean.rule;

/**
 * A part of a text, nothing copied, that counts the characters that a pattern reads and stops it
 * behind a limit: at the same step on every machine.
 */
final class CountedText implements CharSequence {
    private final String text;
    private final int from;
    private final int to;
    private long limit;
    private long steps;

    CountedText(String text, int from, int to) {
        this.text = text;
        this.from = from;
        this.to = to;
    }

    /** Counts anew, up to a limit. */
    void allow(long limit) {
        this.limit = limit;
        this.steps = 0;
    }

    /** Characters that were read since a limit was set. */
    long steps() {
        return steps;
    }

    @Override
    public char charAt(int index) {
        if (++steps > limit) {
            throw new TooManyStepsException();
        }
        return text.charAt(from + index);
    }

    @Override
    public int length() {
        return to - from;
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(from + start, from + end);
    }

    @Override
    public String toString() {
        return text.substring(from, to);
    }

    /** More characters were read than the limit. */
    static final class TooManyStepsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyStepsException() {
            super("more characters were read than the limit", null, false, false);
        }
    }
}
