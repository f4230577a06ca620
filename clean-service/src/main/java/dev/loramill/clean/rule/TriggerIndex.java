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

    /** next[state * ALPHABET + character] is the following state; 0 is the root. */
    private final int[] next;

    /** For each state, the rules whose trigger ends there; null for none. */
    private final @Nullable BitSet[] found;

    /** Rules without triggers: they look at every text. */
    private final BitSet always;

    private TriggerIndex(int[] next, @Nullable BitSet[] found, BitSet always) {
        this.next = next;
        this.found = found;
        this.always = always;
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
        return trie.toIndex(always);
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
            state = next[state * ALPHABET + character];
            BitSet ending = found[state];
            if (ending != null) {
                rules.or(ending);
            }
        }
        return rules;
    }

    /** The triggers as a tree, while the automaton is built. */
    private static final class Trie {
        private final List<int[]> children = new ArrayList<>();
        private final List<@Nullable BitSet> rules = new ArrayList<>();

        Trie() {
            addState();
        }

        void add(String trigger, int rule) {
            int state = 0;
            for (int i = 0; i < trigger.length(); i++) {
                int character = trigger.charAt(i);
                int child = children.get(state)[character];
                if (child == 0) {
                    child = addState();
                    children.get(state)[character] = child;
                }
                state = child;
            }
            BitSet ending = rules.get(state);
            if (ending == null) {
                ending = new BitSet();
                rules.set(state, ending);
            }
            ending.set(rule);
        }

        /** Fills the failure transitions, breadth first, and folds both cases together. */
        TriggerIndex toIndex(BitSet always) {
            int[] failure = new int[children.size()];
            ArrayDeque<Integer> queue = new ArrayDeque<>();
            for (int child : children.getFirst()) {
                if (child != 0) {
                    queue.add(child);
                }
            }
            while (!queue.isEmpty()) {
                int state = queue.remove();
                inherit(state, failure[state]);
                int[] transitions = children.get(state);
                for (int character = 0; character < ALPHABET; character++) {
                    int fallback = children.get(failure[state])[character];
                    if (transitions[character] == 0) {
                        transitions[character] = fallback;
                    } else {
                        failure[transitions[character]] = fallback;
                        queue.add(transitions[character]);
                    }
                }
            }
            return new TriggerIndex(
                    foldedTransitions(), rules.toArray(new @Nullable BitSet[0]), always);
        }

        private int[] foldedTransitions() {
            int[] next = new int[children.size() * ALPHABET];
            for (int state = 0; state < children.size(); state++) {
                int[] transitions = Arrays.copyOf(children.get(state), ALPHABET);
                for (char upper = 'A'; upper <= 'Z'; upper++) {
                    transitions[upper] = transitions[Character.toLowerCase(upper)];
                }
                System.arraycopy(transitions, 0, next, state * ALPHABET, ALPHABET);
            }
            return next;
        }

        private void inherit(int state, int from) {
            BitSet inherited = rules.get(from);
            if (inherited == null) {
                return;
            }
            BitSet own = rules.get(state);
            BitSet merged = own == null ? new BitSet() : own;
            merged.or(inherited);
            rules.set(state, merged);
        }

        private int addState() {
            children.add(new int[ALPHABET]);
            rules.add(null);
            return children.size() - 1;
        }
    }
}
