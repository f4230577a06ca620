package dev.loramill.clean.rule;

/** A text in the making out of another, which stops before it becomes too long. */
final class BoundedText {
    private final String source;
    private final StepBudget budget;
    private final StringBuilder result = new StringBuilder();
    private int from;

    BoundedText(String source, StepBudget budget) {
        this.source = source;
        this.budget = budget;
    }

    /** Takes over the source up to a position. */
    void keep(int to) {
        append(source, from, Math.max(from, to));
        from = Math.max(from, to);
    }

    /** Puts a text in the place of the source up to a position. */
    void put(CharSequence text, int sourceEnd) {
        append(text, 0, text.length());
        from = Math.max(from, sourceEnd);
    }

    /** Leaves out white space that comes next in the source. */
    void skipSpace() {
        while (from < source.length() && Space.isSpace(source.charAt(from))) {
            from++;
        }
    }

    /** What is there so far. */
    CharSequence soFar() {
        return result;
    }

    /** Length of what is there so far. */
    int length() {
        return result.length();
    }

    /** The text with the rest of the source; the source itself when nothing was taken from it. */
    String end() {
        if (from == 0 && result.isEmpty()) {
            return source;
        }
        append(source, from, source.length());
        return result.toString();
    }

    private void append(CharSequence text, int start, int end) {
        budget.grow(result.length() + (long) (end - start), end - start);
        result.append(text, start, end);
    }
}
