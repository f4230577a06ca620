package dev.loramill.clean.tokens;

import dev.loramill.events.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Cuts the end of a row's last answer off. */
public final class Truncation {
    private Truncation() {}

    /**
     * The row with as much of its last answer, up to a whole word, as fits; empty when nothing of
     * the answer would be left or the row does not end with an answer.
     *
     * @param length tokens of a row
     */
    public static Optional<List<ChatMessage>> fit(
            List<ChatMessage> messages, int maxTokens, ToIntFunction<List<ChatMessage>> length) {
        ChatMessage last = messages.getLast();
        if (!last.role().equals("assistant")) {
            return Optional.empty();
        }
        int[] ends = wordEnds(last.content());
        int fits = -1;
        int low = 0;
        int high = ends.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (length.applyAsInt(cut(messages, ends[middle])) <= maxTokens) {
                fits = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return fits < 0 ? Optional.empty() : Optional.of(cut(messages, ends[fits]));
    }

    private static List<ChatMessage> cut(List<ChatMessage> messages, int end) {
        List<ChatMessage> cut = new ArrayList<>(messages.subList(0, messages.size() - 1));
        cut.add(new ChatMessage("assistant", messages.getLast().content().substring(0, end)));
        return cut;
    }

    private static int[] wordEnds(String text) {
        List<Integer> ends = new ArrayList<>();
        for (int i = 1; i <= text.length(); i++) {
            boolean isEnd = i == text.length() || Character.isWhitespace(text.charAt(i));
            if (isEnd && !Character.isWhitespace(text.charAt(i - 1))) {
                ends.add(i);
            }
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }
}
