package dev.loramill.trainer.bench;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows of made-up sentences, as long as those of question and answer data: log-normal, half of them
 * under 170 words. (Rows of MedQuAD: a median of 185 tokens, a deviation of 0.6 of the logarithm.)
 */
final class MadeUpRows {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double MEDIAN_WORDS = 170;
    private static final double DEVIATION_OF_LOGARITHM = 0.6;
    private static final int FEWEST_WORDS = 20;
    private static final int MOST_WORDS = 1000;
    private static final String[] WORDS = {
        "the",
        "patient",
        "of",
        "blood",
        "and",
        "heart",
        "with",
        "a",
        "doctor",
        "treatment",
        "may",
        "cause",
        "pain",
        "in",
        "water",
        "sugar",
        "liver",
        "symptoms",
        "are",
        "common",
        "disease",
        "often",
        "after",
        "children",
        "sleep",
        "bone",
        "muscle",
        "is",
        "rare",
        "test",
        "for",
        "two"
    };

    private MadeUpRows() {}

    static List<String> lines(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ArrayNode messages = JSON.createArrayNode();
            messages.addObject().put("role", "user").put("content", words(8, random));
            messages.addObject()
                    .put("role", "assistant")
                    .put("content", words(answerLength(random), random));
            try {
                lines.add(
                        JSON.writeValueAsString(JSON.createObjectNode().set("messages", messages)));
            } catch (JacksonException e) {
                throw new IllegalStateException("a row could not be written as JSON", e);
            }
        }
        return lines;
    }

    private static int answerLength(SplittableRandom random) {
        double length = MEDIAN_WORDS * Math.exp(DEVIATION_OF_LOGARITHM * random.nextGaussian());
        return (int) Math.clamp(length, FEWEST_WORDS, MOST_WORDS);
    }

    private static String words(int count, SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.append('.').toString();
    }
}
