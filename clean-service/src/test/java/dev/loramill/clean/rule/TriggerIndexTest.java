package dev.loramill.clean.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TriggerIndexTest {
    @Test
    void findsExactlyTheRulesOfWhichATriggerStandsInTheText() {
        Random random = new Random(8);
        for (int round = 0; round < 2_000; round++) {
            List<Set<String>> rules = new ArrayList<>();
            int count = 1 + random.nextInt(6);
            for (int rule = 0; rule < count; rule++) {
                Set<String> triggers = new HashSet<>();
                int triggerCount = random.nextInt(4);
                for (int i = 0; i < triggerCount; i++) {
                    triggers.add(word(random, "abc ", 1 + random.nextInt(4)));
                }
                rules.add(triggers);
            }
            String text = word(random, "abcABC éx", random.nextInt(20));

            BitSet found = TriggerIndex.of(rules).mayApply(text);

            String lower = text.toLowerCase(Locale.ROOT);
            for (int rule = 0; rule < count; rule++) {
                Set<String> triggers = rules.get(rule);
                assertThat(found.get(rule))
                        .as("rule %s on \"%s\"", triggers, text)
                        .isEqualTo(
                                triggers.isEmpty() || triggers.stream().anyMatch(lower::contains));
            }
        }
    }

    private static String word(Random random, String alphabet, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }
}
