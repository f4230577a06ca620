package dev.loramill.llama.template;

import dev.loramill.llama.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tokenizes a stretch of a rendered chat: names of control tokens are read as such where the
 * template wrote them, and as plain text where a person did.
 */
final class StretchEncoder {
    private final Tokenizer tokenizer;
    private final ControlTokenNames names;
    private final boolean joinsAcrossBorders;

    StretchEncoder(Tokenizer tokenizer, ControlTokenNames names, boolean joinsAcrossBorders) {
        this.tokenizer = tokenizer;
        this.names = names;
        this.joinsAcrossBorders = joinsAcrossBorders;
    }

    /** Whether a person wrote it: in a message or in the description of a tool. */
    static boolean isInput(int origin) {
        return origin >= 0 || origin == ChatTemplate.TOOLS;
    }

    /** Adds the tokens of a stretch of the chat, and returns their number. */
    int encode(RenderedChat chat, int from, int to, List<int[]> pieces) {
        int count = 0;
        int at = from;
        for (int[] forged : forgedNames(chat, from, to)) {
            count += add(encode(chat, at, forged[0], true), pieces);
            count += add(encode(chat, forged[0], forged[1], false), pieces);
            at = forged[1];
        }
        return count + add(encode(chat, at, to, true), pieces);
    }

    private static int add(int[] piece, List<int[]> pieces) {
        pieces.add(piece);
        return piece.length;
    }

    /** Where names of control tokens stand that the template did not write, merged. */
    private List<int[]> forgedNames(RenderedChat chat, int from, int to) {
        List<int[]> forged = new ArrayList<>();
        names.find(
                chat.text(),
                from,
                to,
                found -> {
                    if (isForged(chat, found)) {
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

    private static boolean isForged(RenderedChat chat, ControlTokenNames.Found found) {
        return chat.marked().runs().stream()
                .anyMatch(run ->
                        isInput(run.origin())
                                && run.start() < found.end()
                                && run.end() > found.start());
    }

    private int[] encode(RenderedChat chat, int from, int to, boolean parseSpecial) {
        String text = chat.text().substring(from, to);
        return joinsAcrossBorders && from > 0 && !text.isEmpty()
                ? encodeBehind(contextBefore(chat, from), text, parseSpecial)
                : tokenizer.encode(text, parseSpecial);
    }

    /** The text between the last control token and a place. */
    private String contextBefore(RenderedChat chat, int to) {
        int[] start = {0};
        names.find(
                chat.text(),
                0,
                to,
                found -> {
                    start[0] = isForged(chat, found) ? start[0] : found.end();
                    return true;
                });
        return chat.text().substring(start[0], to);
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
