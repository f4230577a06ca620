package dev.loramill.llama.tiny;

import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufValueType;
import dev.loramill.llama.gguf.GgufWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokenizer of the small models: three special tokens, 256 bytes, learned joins, and tokens
 * that no text gives where more are asked for than the training text has joins.
 */
final class TinyVocabulary {
    static final int END_OF_TEXT = 0;
    static final int TURN_START = 1;
    static final int TURN_END = 2;
    static final int SMALLEST = 3 + 256;

    private static final List<String> SPECIAL =
            List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    private static final long NORMAL_TOKEN = 1;
    private static final long CONTROL_TOKEN = 3;
    private static final long UNUSED_TOKEN = 5;

    /** ChatML: every turn between its marks, with the role on the first line. */
    static final String CHAT_TEMPLATE =
            "{% for message in messages %}"
                    + "{{'<|im_start|>' + message['role'] + '\\n' + message['content']"
                    + " + '<|im_end|>' + '\\n'}}"
                    + "{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static final Map<Integer, TinyVocabulary> LEARNED = new ConcurrentHashMap<>();

    private final List<String> tokens;
    private final List<String> merges;

    private TinyVocabulary(List<String> tokens, List<String> merges) {
        this.tokens = tokens;
        this.merges = merges;
    }

    /** A vocabulary of exactly so many tokens; learned once, since tests write many models. */
    static TinyVocabulary ofSize(int size) {
        return LEARNED.computeIfAbsent(size, TinyVocabulary::learn);
    }

    private static TinyVocabulary learn(int size) {
        List<String> merges = BytePairTrainer.learn(text(), size - SMALLEST);
        if (size < SMALLEST) {
            throw new IllegalArgumentException(
                    "vocabulary size must be at least " + SMALLEST + ", got " + size);
        }
        List<String> tokens = new ArrayList<>(SPECIAL);
        for (int value = 0; value < 256; value++) {
            tokens.add(BytePairTrainer.symbol(value));
        }
        merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
        while (tokens.size() < size) {
            tokens.add("<|unused_" + tokens.size() + "|>");
        }
        return new TinyVocabulary(tokens, merges);
    }

    private static String text() {
        try (InputStream in =
                Objects.requireNonNull(
                        TinyVocabulary.class.getResourceAsStream("text.txt"), "text.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void describe(GgufWriter writer) {
        List<Long> types = new ArrayList<>();
        for (int token = 0; token < tokens.size(); token++) {
            types.add(
                    token < SPECIAL.size()
                            ? CONTROL_TOKEN
                            : token < SMALLEST + merges.size() ? NORMAL_TOKEN : UNUSED_TOKEN);
        }
        writer.put("tokenizer.ggml.model", GgufValue.text("gpt2"))
                .put("tokenizer.ggml.pre", GgufValue.text("smollm"))
                .put("tokenizer.ggml.tokens", new GgufValue.Texts(tokens))
                .put("tokenizer.ggml.token_type", new GgufValue.Wholes(GgufValueType.INT32, types))
                .put("tokenizer.ggml.merges", new GgufValue.Texts(merges))
                .put("tokenizer.ggml.bos_token_id", GgufValue.uint32(TURN_START))
                .put("tokenizer.ggml.eos_token_id", GgufValue.uint32(TURN_END))
                .put("tokenizer.ggml.unknown_token_id", GgufValue.uint32(END_OF_TEXT))
                .put("tokenizer.ggml.padding_token_id", GgufValue.uint32(END_OF_TEXT))
                .put("tokenizer.ggml.add_bos_token", GgufValue.bool(false))
                .put("tokenizer.ggml.add_space_prefix", GgufValue.bool(false))
                .put("tokenizer.chat_template", GgufValue.text(CHAT_TEMPLATE));
    }
}
