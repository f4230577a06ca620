package dev.loramill.llama.gguf;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules for the tokenizer's metadata, whose arrays native code reads by their announced types. */
final class TokenizerRules {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final Set<String> MODELS = Set.of("gpt2", "llama");

    private TokenizerRules() {}

    static void check(GgufMetadata metadata, int vocabularySize, List<GgufFault> faults) {
        requireText(metadata, "model", faults);
        metadata.findString(PREFIX + "model")
                .filter(model -> !MODELS.contains(model))
                .ifPresent(model ->
                        add(
                                faults,
                                "model",
                                "one of " + MODELS.stream().sorted().toList(),
                                "\"" + model + "\""));
        checkTokens(metadata, vocabularySize, faults);
        checkArray(metadata, "scores", GgufValueType.FLOAT32, vocabularySize, faults);
        checkArray(metadata, "token_type", GgufValueType.INT32, vocabularySize, faults);
        checkMerges(metadata, faults);
        for (String key : metadata.keys()) {
            if (key.startsWith(PREFIX) && key.endsWith("_token_id")) {
                checkTokenId(metadata, key, vocabularySize, faults);
            }
        }
        if (!metadata.contains(PREFIX + "eos_token_id")) {
            add(faults, "eos_token_id", "the id of the end-of-turn token", "nothing");
        }
        for (String flag : List.of("add_bos_token", "add_eos_token", "add_space_prefix")) {
            metadata.find(PREFIX + flag)
                    .filter(value -> !(value instanceof GgufValue.Bool))
                    .ifPresent(
                            value -> add(faults, flag, "a boolean", GgufMetadata.describe(value)));
        }
        metadata.find("tokenizer.chat_template")
                .filter(value -> !(value instanceof GgufValue.Text))
                .ifPresent(value ->
                        faults.add(
                                new GgufFault(
                                        "tokenizer",
                                        "metadata \"tokenizer.chat_template\" must be a"
                                                + " string, got "
                                                + GgufMetadata.describe(value))));
    }

    private static void requireText(GgufMetadata metadata, String name, List<GgufFault> faults) {
        GgufValue value = metadata.find(PREFIX + name).orElse(null);
        if (!(value instanceof GgufValue.Text)) {
            add(faults, name, "a string", value == null ? "nothing" : GgufMetadata.describe(value));
        }
    }

    private static void checkTokens(
            GgufMetadata metadata, int vocabularySize, List<GgufFault> faults) {
        GgufValue value = metadata.find(PREFIX + "tokens").orElse(null);
        if (!(value instanceof GgufValue.Texts(List<String> tokens))) {
            add(
                    faults,
                    "tokens",
                    "an array of strings",
                    value == null ? "nothing" : GgufMetadata.describe(value));
            return;
        }
        if (tokens.size() != vocabularySize) {
            add(
                    faults,
                    "tokens",
                    "as many as the embedding has rows, " + vocabularySize,
                    String.valueOf(tokens.size()));
        }
        Set<String> seen = new HashSet<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (!seen.add(tokens.get(id))) {
                add(faults, "tokens", "unique", "\"" + tokens.get(id) + "\" once more at " + id);
                return;
            }
        }
    }

    private static void checkArray(
            GgufMetadata metadata,
            String name,
            GgufValueType elementType,
            int length,
            List<GgufFault> faults) {
        GgufValue value = metadata.find(PREFIX + name).orElse(null);
        boolean isSound =
                switch (value) {
                    case null -> true;
                    case GgufValue.Wholes(GgufValueType type, List<Long> list) ->
                            type == elementType && list.size() == length;
                    case GgufValue.Reals(GgufValueType type, List<Double> list) ->
                            type == elementType && list.size() == length;
                    case GgufValue.Text _,
                            GgufValue.Bool _,
                            GgufValue.Whole _,
                            GgufValue.Real _,
                            GgufValue.Texts _,
                            GgufValue.Bools _ ->
                            false;
                };
        if (value != null && !isSound) {
            add(
                    faults,
                    name,
                    "an array of " + length + " " + elementType,
                    GgufMetadata.describe(value));
        }
    }

    private static void checkMerges(GgufMetadata metadata, List<GgufFault> faults) {
        boolean isBytePair =
                metadata.find(PREFIX + "model")
                        .equals(java.util.Optional.of(GgufValue.text("gpt2")));
        GgufValue value = metadata.find(PREFIX + "merges").orElse(null);
        if (value == null && !isBytePair) {
            return;
        }
        if (!(value instanceof GgufValue.Texts(List<String> merges))) {
            add(
                    faults,
                    "merges",
                    "an array of strings",
                    value == null ? "nothing" : GgufMetadata.describe(value));
            return;
        }
        for (int i = 0; i < merges.size(); i++) {
            int space = merges.get(i).indexOf(' ', 1);
            if (space < 1 || space == merges.get(i).length() - 1) {
                add(
                        faults,
                        "merges",
                        "pairs with one space between",
                        "\"" + merges.get(i) + "\" at " + i);
                return;
            }
        }
    }

    private static void checkTokenId(
            GgufMetadata metadata, String key, int vocabularySize, List<GgufFault> faults) {
        GgufValue value = metadata.find(key).orElseThrow();
        boolean isSound =
                value instanceof GgufValue.Whole(GgufValueType type, long id)
                        && type == GgufValueType.UINT32
                        && id < vocabularySize;
        if (!isSound) {
            add(
                    faults,
                    key.substring(PREFIX.length()),
                    "a UINT32 in [0, " + (vocabularySize - 1) + "]",
                    GgufMetadata.describe(value));
        }
    }

    private static void add(List<GgufFault> faults, String name, String allowed, String seen) {
        faults.add(
                new GgufFault(
                        "tokenizer",
                        "metadata \"" + PREFIX + name + "\" must be " + allowed + ", got " + seen));
    }
}
