package dev.loramill.serve.stream;

import java.util.List;

/**
 * Ends a text before the first of some stop sequences. Text that may be the beginning of one is
 * held back until it is known; what comes out does not depend on how the text is cut into pieces.
 *
 * <p>Not for several threads.
 */
public final class StopSequences {
    private final List<String> sequences;
    private final StringBuilder held = new StringBuilder();
    private boolean isReached;

    /**
     * Watches for sequences.
     *
     * @param sequences none of them empty; the list may be
     */
    public StopSequences(List<String> sequences) {
        this.sequences = List.copyOf(sequences);
        if (this.sequences.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop sequence must not be empty");
        }
    }

    /**
     * Takes the next piece of the text.
     *
     * @return what can be passed on, often empty; nothing more after a sequence was reached
     */
    public String append(String piece) {
        if (isReached) {
            return "";
        }
        held.append(piece);
        int stop = firstStop();
        if (stop >= 0) {
            isReached = true;
            held.setLength(stop);
            return drain(held.length());
        }
        return drain(held.length() - longestBeginning());
    }

    /** The text ends here: what was held back is no stop sequence. */
    public String finish() {
        return isReached ? "" : drain(held.length());
    }

    /** Whether a sequence was reached. */
    public boolean isReached() {
        return isReached;
    }

    private String drain(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** Where the sequence that is complete first begins, or -1. */
    private int firstStop() {
        int firstEnd = Integer.MAX_VALUE;
        int start = -1;
        for (String sequence : sequences) {
            int index = held.indexOf(sequence);
            if (index >= 0) {
                int end = index + sequence.length();
                if (end < firstEnd || (end == firstEnd && index < start)) {
                    firstEnd = end;
                    start = index;
                }
            }
        }
        return start;
    }

    /** Length of the longest end of the text that begins a sequence. */
    private int longestBeginning() {
        int longest = 0;
        for (String sequence : sequences) {
            int length = Math.min(sequence.length() - 1, held.length());
            while (length > longest && !endsWithBeginningOf(sequence, length)) {
                length--;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private boolean endsWithBeginningOf(String sequence, int length) {
        int offset = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (held.charAt(offset + i) != sequence.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
