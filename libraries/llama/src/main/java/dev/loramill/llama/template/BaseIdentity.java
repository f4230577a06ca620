package dev.loramill.llama.template;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * What training and serving must find equal in a base, besides the bytes of its file.
 *
 * @param architecture GGUF architecture, such as {@code llama}
 * @param quantization type of most of the weights in the blocks' matrices, such as {@code Q4_1}
 * @param vocabularySize number of tokens
 * @param tokenizerDigest SHA-256 over the tokenizer's metadata
 * @param chatTemplateDigest SHA-256 of the chat template's source
 * @param templateDate date that the template is rendered with, ISO-8601
 * @param beginningCount tokens that begin a text in a rendered chat, 0 or 1
 * @param endOfTurnToken token that ends the assistant's turn
 */
public record BaseIdentity(
        String architecture,
        String quantization,
        int vocabularySize,
        String tokenizerDigest,
        String chatTemplateDigest,
        String templateDate,
        int beginningCount,
        int endOfTurnToken) {

    /**
     * Reads the identity of a base.
     *
     * @param format the format that was opened from the same file
     * @throws dev.loramill.llama.gguf.InvalidGgufException if the file breaks the format
     * @throws TemplateException if the template writes no end of a turn
     */
    public static BaseIdentity of(Path path, ChatFormat format) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            return new BaseIdentity(
                    file.metadata().string("general.architecture"),
                    quantization(file),
                    format.tokenizer().vocabularySize(),
                    format.tokenizer().digest(),
                    format.template().digest(),
                    format.template().date().toString(),
                    format.beginningCount(),
                    format.endOfTurn());
        }
    }

    private static String quantization(GgufFile file) {
        Map<GgmlType, Long> weights = new EnumMap<>(GgmlType.class);
        for (GgufTensor tensor : file.tensors()) {
            if (tensor.name().startsWith("blk.") && tensor.dimensions().size() == 2) {
                weights.merge(tensor.type(), tensor.elementCount(), Long::sum);
            }
        }
        return weights.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> entry.getKey().name())
                .orElse("none");
    }
}
