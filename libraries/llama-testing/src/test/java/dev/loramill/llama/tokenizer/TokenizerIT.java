package dev.loramill.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.fuzzing.Cost;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokenizerIT {
    private static final String LIBRARIES = "dev.loramill.llama.binding.TestLibraries#all";
    private static final List<String> TEXTS =
            List.of(
                    "",
                    "a",
                    " ",
                    "The miller weighs every sack twice.",
                    "  leading and trailing  ",
                    "line\nline\r\n\n\n\ttab",
                    "Ünïcödé – „quoted“ 小麦粉を挽く 🌾👩‍🌾 \u0000 end",
                    "1234567890 3.14 x=y+z*(a/b)",
                    "<|im_start|>user\nHi<|im_end|>",
                    "\uFFFD\u200B\u00A0");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Path base;

    @BeforeAll
    static void writeBase() throws IOException {
        base = TinyLlama.standard().write(folder.resolve("base.gguf"));
    }

    /** Of what Java allocates; what the library does inside is its own. */
    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void twiceTheTextCostsTwiceAtMost(LlamaLibrary library) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(library, base)) {
            for (String piece : List.of("The miller weighs. ", "aaaaaaaa", "粉", "\n\n", "1 2 3 ")) {
                Cost.requireLinear(
                        50_000,
                        size -> piece.repeat(size / piece.length()),
                        text -> tokenizer.encode(text, true));
                Cost.requireLinear(
                        50_000,
                        size -> tokenizer.encode(piece.repeat(size / piece.length())),
                        tokens -> tokenizer.decode(tokens));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void givesBackEveryText(LlamaLibrary library) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(library, base)) {
            for (String text : TEXTS) {
                assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
                assertThat(tokenizer.decode(tokenizer.encode(text, true), true)).isEqualTo(text);
            }
            String random = randomText(20_000);
            assertThat(tokenizer.decode(tokenizer.encode(random))).isEqualTo(random);
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void givesTheTokensThatHuggingFaceTokenizersGive(LlamaLibrary library) throws IOException {
        String vectors;
        try (InputStream in =
                Objects.requireNonNull(TokenizerIT.class.getResourceAsStream("vectors.jsonl"))) {
            vectors = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        ObjectMapper json = new ObjectMapper();
        try (Tokenizer tokenizer = Tokenizer.open(library, base)) {
            for (String line : vectors.split("\n", -1)) {
                if (!line.isEmpty()) {
                    JsonNode vector = json.readTree(line);
                    assertThat(tokenizer.encode(vector.get("text").asText()))
                            .as(line)
                            .isEqualTo(json.convertValue(vector.get("ids"), int[].class));
                }
            }
        }
    }

    private static String randomText(int codePoints) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(1);
        while (text.codePointCount(0, text.length()) < codePoints) {
            int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : 0x1F000);
            if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                text.appendCodePoint(codePoint);
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void readsControlTokensOnlyWhereAsked(LlamaLibrary library) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(library, base)) {
            int end = tokenizer.end().orElseThrow();
            assertThat(tokenizer.encode("Hi<|im_end|>", true)).endsWith(end);
            assertThat(tokenizer.encode("Hi<|im_end|>")).doesNotContain(end);
            assertThat(tokenizer.isEndOfGeneration(end)).isTrue();
            assertThat(tokenizer.isControl(end)).isTrue();
            assertThat(tokenizer.endsOfGeneration().get(end)).isTrue();
            assertThat(tokenizer.decode(end)).isEmpty();
            assertThat(tokenizer.decode(new int[] {end}, true)).isEqualTo("<|im_end|>");
            assertThat(tokenizer.addsBeginning()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void streamsWholeCharactersOnly(LlamaLibrary library) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(library, base)) {
            for (String text : TEXTS) {
                TextStream stream = tokenizer.stream();
                StringBuilder streamed = new StringBuilder();
                for (int token : tokenizer.encode(text)) {
                    String part = stream.next(token);
                    assertThat(part.equals("\uFFFD") && !text.contains("\uFFFD")).isFalse();
                    streamed.append(part);
                }
                assertThat(streamed.append(stream.end())).hasToString(text);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void replacesWhatNeverBecomesACharacter(LlamaLibrary library) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.open(library, base)) {
            int[] wheat = tokenizer.encode("🌾");
            assertThat(wheat).hasSizeGreaterThan(1);
            TextStream stream = tokenizer.stream();
            assertThat(stream.next(wheat[0])).isEmpty();
            assertThat(stream.next(tokenizer.encode("a")[0])).isEqualTo("\uFFFDa");
            assertThat(stream.next(wheat[0])).isEmpty();
            assertThat(stream.end()).isEqualTo("\uFFFD");
            assertThat(stream.next("ok".getBytes(StandardCharsets.UTF_8))).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void isTheSameFromALoadedModel(LlamaLibrary library) throws IOException {
        try (Tokenizer opened = Tokenizer.open(library, base);
                LlamaModel model = LlamaModel.load(library, base, LlamaModelOptions.defaults())) {
            Tokenizer shared = Tokenizer.of(model);
            assertThat(shared.digest()).isEqualTo(opened.digest());
            assertThat(shared.vocabularySize()).isEqualTo(512);
            assertThat(shared.encode(TEXTS.get(3))).isEqualTo(opened.encode(TEXTS.get(3)));
            shared.close();
            assertThat(shared.encode("a")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void refusesTokensOutOfRangeAndUseAfterClose(LlamaLibrary library) throws IOException {
        Tokenizer tokenizer = Tokenizer.open(library, base);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.decode(512))
                .withMessage("token must be in [0, 512), got 512");
        tokenizer.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> tokenizer.encode("a"))
                .withMessage("LlamaModel \"base.gguf\" is closed");
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void encodesOnManyThreadsAsOnOne(LlamaLibrary library) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4);
                Tokenizer tokenizer = Tokenizer.open(library, base)) {
            String text = randomText(2_000);
            int[] expected = tokenizer.encode(text);
            List<Callable<int[]>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(() -> tokenizer.encode(text));
            }
            for (Future<int[]> result : threads.invokeAll(calls)) {
                assertThat(result.get()).isEqualTo(expected);
            }
        }
    }
}
