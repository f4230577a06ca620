package dev.loramill.llama.template;

import dev.loramill.llama.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.Map;

/** Finds the names of control tokens in text, such as {@code <|im_end|>}. */
final class ControlTokenNames {
    private static final int NONE = -1;

    private static final class Node {
        final Map<Character, Node> next = new HashMap<>(2);
        int token = NONE;
    }

    private final Node root = new Node();
    private int longest;

    ControlTokenNames(Tokenizer tokenizer) {
        for (int token = 0; token < tokenizer.vocabularySize(); token++) {
            if (tokenizer.isControl(token)) {
                add(tokenizer.decode(new int[] {token}, true), token);
            }
        }
    }

    private void add(String name, int token) {
        if (name.isEmpty()) {
            return;
        }
        Node node = root;
        for (int i = 0; i < name.length(); i++) {
            node = node.next.computeIfAbsent(name.charAt(i), _ -> new Node());
        }
        node.token = token;
        longest = Math.max(longest, name.length());
    }

    /** Characters of the longest name. */
    int longest() {
        return longest;
    }

    /** A name found in a text. */
    record Found(int start, int end, int token) {}

    /** Called for each name that is found. */
    interface Visitor {
        /** Returns whether to go on. */
        boolean visit(Found found);
    }

    /** Visits the longest name at each place from {@code from} that ends within {@code to}. */
    void find(String text, int from, int to, Visitor visitor) {
        for (int start = from; start < to; start++) {
            Node node = root.next.get(text.charAt(start));
            int end = NONE;
            int token = NONE;
            for (int at = start + 1; node != null; at++) {
                if (node.token != NONE) {
                    end = at;
                    token = node.token;
                }
                node = at < to ? node.next.get(text.charAt(at)) : null;
            }
            if (token != NONE && !visitor.visit(new Found(start, end, token))) {
                return;
            }
        }
    }
}
