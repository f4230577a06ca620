package dev.loramill.trainer.stress;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Rows of different lengths that follow from a seed. */
final class StressRows {
    private static final String[] WORDS = {
        "salt", "water", "sleep", "heart", "fever", "iron", "sugar", "often", "helps", "causes"
    };

    private StressRows() {}

    static List<String> lines(int count, SplittableRandom random) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            row.put("digest", "row-" + i);
            row.putArray("messages")
                    .add(message("user", "What of " + words(2, random) + "?"))
                    .add(message("assistant", words(random.nextInt(3, 20), random) + "."));
            lines.add(row.toString());
        }
        return lines;
    }

    private static ObjectNode message(String role, String content) {
        return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
    }

    private static String words(int count, SplittableRandom random) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(WORDS[random.nextInt(WORDS.length)]);
        }
        return String.join(" ", words);
    }
}
