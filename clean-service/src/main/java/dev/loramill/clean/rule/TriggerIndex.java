package dev.loramill.clean.rule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds in one pass over a text which rules may apply to it: an Aho-Corasick automaton over the
 * rules' literal triggers, ASCII, blind to case. Thread-safe.
 */
public final class TriggerIndex {
    private static final int ALPHABET = 128;
    private static final int NONE = -1;

    /** State that a character leads to from the beginning, in both cases; 0 is the root. */
    private final int[] fromRoot;

    /** First child of each state, or none. */
    private final int[] child;

    /** Next child of the same state, or none. */
    private final int[] sibling;

    /** Character that leads to a state. */
    private final char[] label;

    /** Longest other state whose text this one's ends with. */
    private final int[] failure;

    /** For each state, the rules whose trigger ends there; null for none. */
    private final @Nullable BitSet[] found;

    /** Rules without triggers: they look at every text. */
    private final BitSet always;

    private TriggerIndex(Trie trie, BitSet always) {
        this.child = Arrays.copyOf(trie.child, trie.size);
        this.sibling = Arrays.copyOf(trie.sibling, trie.size);
        this.label = Arrays.copyOf(trie.label, trie.size);
        this.failure = new int[trie.size];
        this.found = trie.rules.toArray(new @Nullable BitSet[0]);
        this.always = always;
        this.fromRoot = new int[ALPHABET];
        for (int state = child[0]; state != NONE; state = sibling[state]) {
            fromRoot[label[state]] = state;
        }
        fillFailures();
        for (char upper = 'A'; upper <= 'Z'; upper++) {
            fromRoot[upper] = fromRoot[Character.toLowerCase(upper)];
        }
    }

    /**
     * Builds the index.
     *
     * @param triggers for each rule its lower-case ASCII triggers; an empty set for a rule that has
     *     to look at every text
     */
    public static TriggerIndex of(List<Set<String>> triggers) {
        Trie trie = new Trie();
        BitSet always = new BitSet();
        for (int rule = 0; rule < triggers.size(); rule++) {
            if (triggers.get(rule).isEmpty()) {
                always.set(rule);
            }
            for (String trigger : triggers.get(rule)) {
                trie.add(trigger, rule);
            }
        }
        return new TriggerIndex(trie, always);
    }

    /** The rules that may apply to a text, by their index; a fresh set. */
    public BitSet mayApply(String text) {
        BitSet rules = (BitSet) always.clone();
        int state = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character >= ALPHABET) {
                state = 0;
                continue;
            }
            state = follow(state, character);
            BitSet ending = found[state];
            if (ending != null) {
                rules.or(ending);
            }
        }
        return rules;
    }

    private int follow(int from, char character) {
        char folded =
                character >= 'A' && character <= 'Z' ? (char) (character - 'A' + 'a') : character;
        int state = from;
        while (state != 0) {
            int next = childOf(state, folded);
            if (next != NONE) {
                return next;
            }
            state = failure[state];
        }
        return fromRoot[folded];
    }

    private int childOf(int state, char character) {
        int next = child[state];
        while (next != NONE && label[next] != character) {
            next = sibling[next];
        }
        return next;
    }

    /** Breadth first; a state finds what the state that it fails to finds, too. */
    private void fillFailures() {
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        queue.add(0);
        while (!queue.isEmpty()) {
            int state = queue.remove();
            for (int next = child[state]; next != NONE; next = sibling[next]) {
                failure[next] = state == 0 ? 0 : follow(failure[state], label[next]);
                found[next] = union(found[next], found[failure[next]]);
                queue.add(next);
            }
        }
    }

    private static @Nullable BitSet union(@Nullable BitSet own, @Nullable BitSet inherited) {
        if (own == null || inherited == null) {
            return own == null ? inherited : own;
        }
        BitSet both = (BitSet) own.clone();
        both.or(inherited);
        return both;
    }

    /** The triggers as a tree, some ten bytes a state, while the automaton is built. */
    private static final class Trie {
        private final List<@Nullable BitSet> rules = new ArrayList<>();
        private int[] child = new int[64];
        private int[] sibling = new int[64];
        private char[] label = new char[64];
        private int size;

        Trie() {
            addState((char) 0);
        }

        void add(String trigger, int rule) {
            int state = 0;
            for (int i = 0; i < trigger.length(); i++) {
                char character = trigger.charAt(i);
                int next = child[state];
                while (next != NONE && label[next] != character) {
                    next = sibling[next];
                }
                if (next == NONE) {
                    next = addState(character);
                    sibling[next] = child[state];
                    child[state] = next;
                }
                state = next;
            }
            BitSet ending = rules.get(state);
            if (ending == null) {
                ending = new BitSet();
                rules.set(state, ending);
            }
            ending.set(rule);
        }

        private int addState(char character) {
            if (size == child.length) {
                child = Arrays.copyOf(child, 2 * size);
                sibling = Arrays.copyOf(sibling, 2 * size);
                label = Arrays.copyOf(label, 2 * size);
            }
            child[size] = NONE;
            sibling[size] = NONE;
            label[size] = character;
            rules.add(null);
            return size++;
        }
    }
}
