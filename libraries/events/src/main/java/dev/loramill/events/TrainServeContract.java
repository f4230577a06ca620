package dev.loramill.events;

import java.util.ArrayList;
import java.util.List;

/**
 * What must be equal where an adapter is trained and where it is served.
 *
 * @param baseDigest SHA-256 of the GGUF file of the base
 * @param baseQuantization GGML type of the base's linear weights, such as {@code Q4_1}
 * @param architecture GGUF architecture, such as {@code llama}
 * @param vocabularySize tokens in the vocabulary
 * @param tokenizerDigest SHA-256 over the tokenizer's metadata
 * @param chatTemplateDigest SHA-256 of the chat template's text
 * @param templateDate date that the template is rendered with, ISO-8601
 * @param bosCount beginning-of-text tokens in a rendered example, 0 or 1
 * @param endOfTurnToken id of the token that ends a turn, trained as the last of each answer
 */
public record TrainServeContract(
        String baseDigest,
        String baseQuantization,
        String architecture,
        int vocabularySize,
        String tokenizerDigest,
        String chatTemplateDigest,
        String templateDate,
        int bosCount,
        int endOfTurnToken) {
    public TrainServeContract {
        Check.sha256("contract.baseDigest", baseDigest);
        Check.id("contract.baseQuantization", baseQuantization);
        Check.id("contract.architecture", architecture);
        Check.positive("contract.vocabularySize", vocabularySize);
        Check.sha256("contract.tokenizerDigest", tokenizerDigest);
        Check.sha256("contract.chatTemplateDigest", chatTemplateDigest);
        Check.label("contract.templateDate", templateDate);
        if (bosCount != 0 && bosCount != 1) {
            throw new IllegalArgumentException("contract.bosCount must be 0 or 1, got " + bosCount);
        }
        Check.notNegative("contract.endOfTurnToken", endOfTurnToken);
    }

    /**
     * Sentences on every component in which the other contract differs, each naming both values;
     * empty when the two agree.
     */
    public List<String> differences(TrainServeContract other) {
        List<String> differences = new ArrayList<>();
        compare(differences, "baseDigest", baseDigest, other.baseDigest);
        compare(differences, "baseQuantization", baseQuantization, other.baseQuantization);
        compare(differences, "architecture", architecture, other.architecture);
        compare(differences, "vocabularySize", vocabularySize, other.vocabularySize);
        compare(differences, "tokenizerDigest", tokenizerDigest, other.tokenizerDigest);
        compare(differences, "chatTemplateDigest", chatTemplateDigest, other.chatTemplateDigest);
        compare(differences, "templateDate", templateDate, other.templateDate);
        compare(differences, "bosCount", bosCount, other.bosCount);
        compare(differences, "endOfTurnToken", endOfTurnToken, other.endOfTurnToken);
        return List.copyOf(differences);
    }

    private static void compare(List<String> differences, String name, Object mine, Object other) {
        if (!mine.equals(other)) {
            differences.add("%s is \"%s\" here and \"%s\" there".formatted(name, mine, other));
        }
    }
}
