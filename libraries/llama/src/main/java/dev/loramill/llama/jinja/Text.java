package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A string in which each character has an origin: the template, or one of the inputs.
 *
 * <p>All operations keep the origins. Two texts are equal if their characters are.
 */
public final class Text implements Comparable<Text> {
    /** The origin of what stands in the template itself. */
    public static final int TEMPLATE = -1;

    static final Text EMPTY = new Text("", new int[0], new int[0]);

    private final String chars;

    /** Where each run of one origin ends, ascending; the last is the length. */
    private final int[] ends;

    private final int[] origins;

    private Text(String chars, int[] ends, int[] origins) {
        this.chars = chars;
        this.ends = ends;
        this.origins = origins;
    }

    /** A text of one origin. */
    public static Text of(String chars, int origin) {
        return chars.isEmpty()
                ? EMPTY
                : new Text(chars, new int[] {chars.length()}, new int[] {origin});
    }

    /** A text that stands in the template. */
    static Text of(String chars) {
        return of(chars, TEMPLATE);
    }

    /** Consecutive characters of one origin: from {@code start}, up to but not with {@code end}. */
    public record Run(int start, int end, int origin) {}

    /** The runs, which together cover the text. */
    public List<Run> runs() {
        List<Run> runs = new ArrayList<>(ends.length);
        for (int i = 0; i < ends.length; i++) {
            runs.add(new Run(i == 0 ? 0 : ends[i - 1], ends[i], origins[i]));
        }
        return runs;
    }

    /** The number of UTF-16 code units. */
    public int length() {
        return chars.length();
    }

    boolean isEmpty() {
        return chars.isEmpty();
    }

    char charAt(int index) {
        return chars.charAt(index);
    }

    /** The origin of a character. */
    int originAt(int index) {
        return origins[runAt(index)];
    }

    /** The run that holds a character. */
    private int runAt(int index) {
        int run = Arrays.binarySearch(ends, index + 1);
        return run >= 0 ? run : -run - 1;
    }

    /** The origin of the first character, or the template's. */
    int firstOrigin() {
        return origins.length == 0 ? TEMPLATE : origins[0];
    }

    Text substring(int from, int to) {
        if (from >= to) {
            return EMPTY;
        }
        if (from == 0 && to == chars.length()) {
            return this;
        }
        Builder builder = new Builder();
        builder.append(this, from, to);
        return builder.build();
    }

    Text concat(Text other) {
        if (isEmpty()) {
            return other;
        }
        return other.isEmpty() ? this : new Builder().append(this).append(other).build();
    }

    /** The same runs over other characters, if these have the same length; else one origin. */
    Text withChars(String other) {
        Budget.scan(other.length());
        Budget.chars(other.length());
        return other.length() == chars.length()
                ? new Text(other, ends, origins)
                : of(other, firstOrigin());
    }

    /** Without the given characters at the ends; {@code null} for white space. */
    Text strip(boolean left, boolean right, @Nullable String set) {
        Budget.search(chars.length(), set == null ? 0 : set.length());
        int from = 0;
        int to = chars.length();
        while (left && from < to && isIn(chars.charAt(from), set)) {
            from++;
        }
        while (right && to > from && isIn(chars.charAt(to - 1), set)) {
            to--;
        }
        return substring(from, to);
    }

    private static boolean isIn(char c, @Nullable String set) {
        return set == null ? isSpace(c) : set.indexOf(c) >= 0;
    }

    /** What Python's {@code str.isspace} calls white space. */
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** Where a part begins, from a place on; or -1. */
    int indexOf(String part, int from) {
        int found = chars.indexOf(part, from);
        // Paid for as far as it was looked for: to find all parts costs the text once.
        Budget.search((found < 0 ? chars.length() : found) - (long) from, part.length());
        return found;
    }

    /** Every occurrence replaced. */
    Text replace(String old, Text replacement) {
        Builder builder = new Builder();
        int at = 0;
        while (true) {
            int found = indexOf(old, at);
            if (found < 0 || (old.isEmpty() && found >= chars.length())) {
                builder.append(this, at, chars.length());
                return builder.build();
            }
            builder.append(this, at, found);
            builder.append(replacement);
            at = found + old.length();
            if (old.isEmpty()) {
                builder.append(this, at, ++at);
            }
        }
    }

    @Override
    public int compareTo(Text other) {
        return chars.compareTo(other.chars);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Text text && chars.equals(text.chars);
    }

    @Override
    public int hashCode() {
        return chars.hashCode();
    }

    /** The characters. */
    @Override
    public String toString() {
        return chars;
    }

    /** Puts texts together. */
    static final class Builder {
        private static final int RUN_BYTES = 16;

        private final @Nullable Budget budget = Budget.current();
        private final StringBuilder chars = new StringBuilder();
        private int[] ends = new int[8];
        private int[] origins = new int[8];
        private int runs;

        int length() {
            return chars.length();
        }

        Builder append(String more, int origin) {
            if (!more.isEmpty()) {
                pay(more.length());
                chars.append(more);
                endRun(origin);
            }
            return this;
        }

        Builder append(Text more) {
            return append(more, 0, more.length());
        }

        private void pay(int charCount) {
            if (budget != null) {
                budget.addBytes(2L * charCount);
            }
        }

        Builder append(Text more, int from, int to) {
            if (from >= to) {
                return this;
            }
            pay(to - from);
            int at = from;
            for (int i = more.runAt(from); i < more.ends.length && at < to; i++) {
                if (more.ends[i] > at) {
                    int end = Math.min(to, more.ends[i]);
                    chars.append(more.chars, at, end);
                    endRun(more.origins[i]);
                    at = end;
                }
            }
            return this;
        }

        private void endRun(int origin) {
            if (runs > 0 && origins[runs - 1] == origin) {
                ends[runs - 1] = chars.length();
                return;
            }
            if (budget != null) {
                budget.addBytes(RUN_BYTES);
                budget.addSteps(1);
            }
            if (runs == ends.length) {
                ends = Arrays.copyOf(ends, 2 * runs);
                origins = Arrays.copyOf(origins, 2 * runs);
            }
            ends[runs] = chars.length();
            origins[runs++] = origin;
        }

        Text build() {
            return runs == 0
                    ? EMPTY
                    : new Text(
                            chars.toString(),
                            Arrays.copyOf(ends, runs),
                            Arrays.copyOf(origins, runs));
        }
    }
}
