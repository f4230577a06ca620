package dev.loramill.llama.template;

import dev.loramill.llama.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tokenizes a rendered chat stretch by stretch, in order: names of control tokens are read as such
 * where the template wrote them, and as plain text where a person did. For one chat and one thread.
 */
final class StretchEncoder {
    /**
     * How much of the text before a stretch decides how it is tokenized. What a template writes
     * between a control token and an answer is far shorter; without a bound, names that a person
     * wrote would cost the square of their number.
     */
    private static final int CONTEXT_CHARS = 256;

    private final Tokenizer tokenizer;
    private final ControlTokenNames names;
    private final boolean joinsAcrossBorders;
    private final String text;
    private final InputRuns input;
    private int searchedTo;
    private int contextStart;

    StretchEncoder(
            Tokenizer tokenizer,
            ControlTokenNames names,
            boolean joinsAcrossBorders,
            RenderedChat chat,
            InputRuns input) {
        this.tokenizer = tokenizer;
        this.names = names;
        this.joinsAcrossBorders = joinsAcrossBorders;
        this.text = chat.text();
        this.input = input;
    }

    /** Adds the tokens of a stretch of the chat, and returns their number. */
    int encode(int from, int to, List<int[]> pieces) {
        int count = 0;
        int at = from;
        for (int[] forged : forgedNames(from, to)) {
            count += add(encode(at, forged[0], true), pieces);
            count += add(encode(forged[0], forged[1], false), pieces);
            at = forged[1];
        }
        return count + add(encode(at, to, true), pieces);
    }

    private static int add(int[] piece, List<int[]> pieces) {
        pieces.add(piece);
        return piece.length;
    }

    /** Where names of control tokens stand that the template did not write, merged. */
    private List<int[]> forgedNames(int from, int to) {
        List<int[]> forged = new ArrayList<>();
        names.find(
                text,
                from,
                to,
                found -> {
                    if (isForged(found)) {
                        if (!forged.isEmpty() && forged.getLast()[1] > found.start()) {
                            forged.getLast()[1] = Math.max(forged.getLast()[1], found.end());
                        } else {
                            forged.add(new int[] {found.start(), found.end()});
                        }
                    }
                    return true;
                });
        return forged;
    }

    private boolean isForged(ControlTokenNames.Found found) {
        return input.overlap(found.start(), found.end());
    }

    private int[] encode(int from, int to, boolean parseSpecial) {
        String stretch = text.substring(from, to);
        return joinsAcrossBorders && from > 0 && !stretch.isEmpty()
                ? encodeBehind(contextBefore(from), stretch, parseSpecial)
                : tokenizer.encode(stretch, parseSpecial);
    }

    /** The text between the last control token and a place, as far as it matters. */
    private String contextBefore(int to) {
        // Of the names that were not complete when the search stopped, none begins earlier.
        names.find(
                text,
                Math.max(0, searchedTo - names.longest()),
                to,
                found -> {
                    contextStart = isForged(found) ? contextStart : found.end();
                    return true;
                });
        searchedTo = to;
        int start = Math.max(contextStart, to - CONTEXT_CHARS);
        boolean splitsCharacter =
                start > contextStart && start < to && Character.isLowSurrogate(text.charAt(start));
        return text.substring(splitsCharacter ? start + 1 : start, to);
    }

    /**
     * The tokens of a text that follows another. Tokenizers that put a space before each text
     * (those of SentencePiece) would put one into the middle of a turn otherwise.
     */
    private int[] encodeBehind(String context, String text, boolean parseSpecial) {
        int[] before = tokenizer.encode(context, false);
        int[] both = tokenizer.encode(context + text, parseSpecial);
        boolean continues =
                both.length >= before.length
                        && Arrays.equals(before, 0, before.length, both, 0, before.length);
        return continues
                ? Arrays.copyOfRange(both, before.length, both.length)
                : tokenizer.encode(text, parseSpecial);
    }
}
