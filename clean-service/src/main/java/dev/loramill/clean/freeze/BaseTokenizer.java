package dev.loramill.clean.freeze;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.template.ChatFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Tokenizer and chat template of a base, out of its own file. Thread-safe. */
final class BaseTokenizer implements AutoCloseable {
    private static final Pattern LINEAR =
            Pattern.compile("blk\\.\\d+\\.(?:attn_(?:q|k|v|output)|ffn_(?:gate|up|down))\\.weight");

    private final ChatFormat format;
    private final TrainServeContract contract;

    private BaseTokenizer(ChatFormat format, TrainServeContract contract) {
        this.format = format;
        this.contract = contract;
    }

    /**
     * Opens a base's file.
     *
     * @throws IOException when it cannot be read
     * @throws RuntimeException when it is no base that chats can be rendered for
     */
    static BaseTokenizer open(BaseModel base, Path file) throws IOException {
        ChatFormat format = ChatFormat.open(file);
        try (GgufFile gguf = GgufFile.open(file)) {
            return new BaseTokenizer(
                    format,
                    new TrainServeContract(
                            base.sha256(),
                            quantization(gguf),
                            gguf.metadata().string("general.architecture"),
                            format.tokenizer().vocabularySize(),
                            format.tokenizer().digest(),
                            format.template().digest(),
                            format.template().date().toString(),
                            format.beginningCount(),
                            format.endOfTurn()));
        } catch (IOException | RuntimeException e) {
            format.close();
            throw e;
        }
    }

    /** What training and serving must agree on. */
    TrainServeContract contract() {
        return contract;
    }

    /** Tokens of a row, rendered as for training. */
    int length(List<ChatMessage> messages) {
        return format.example(
                        messages.stream()
                                .map(message ->
                                        dev.loramill.llama.template.ChatMessage.of(
                                                message.role(), message.content()))
                                .toList())
                .length();
    }

    @Override
    public void close() {
        format.close();
    }

    /** The type that most linear weights of the blocks have. */
    private static String quantization(GgufFile gguf) {
        Map<String, Integer> counts = new TreeMap<>();
        for (GgufTensor tensor : gguf.tensors()) {
            if (LINEAR.matcher(tensor.name()).matches()) {
                counts.merge(tensor.type().name(), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElseThrow(() ->
                        new IllegalArgumentException("the base has no linear weights in blocks"));
    }
}
