package dev.loramill.samples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Makes the rows of {@code medical-forum.jsonl}; the same seed always gives the same rows. */
public final class SampleGenerator {
    /** Seed of the committed file. */
    public static final long COMMITTED_SEED = 42;

    /** Instruction of every row; becomes the system prompt. */
    public static final String INSTRUCTION =
            "Answer the patient's question as a careful doctor, in plain words.";

    private static final int TOO_SHORT_ROWS = 14;
    private static final int TOO_LONG_ROWS = 6;
    private static final int RESIDUE_ROWS = 14;
    private static final int EXACT_DUPLICATES = 16;
    private static final int DUPLICATES_AFTER_CLEANING = 12;
    private static final int TOO_LONG_WORDS = 640;

    private static final List<String> CONTEXTS =
            List.of(
                    "I am %d years old.",
                    "I am asking for my mother, who is %d.",
                    "My husband is %d and a bit worried.",
                    "I am %d and our family doctor is away this week.",
                    "I have read different things about it online.",
                    "My neighbor was told about it last week.");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    // java.util.Random's algorithm is part of its specification, so every JDK draws the same.
    private final Random random;
    private final ForumNoise noise;
    private final List<Condition> topics = Condition.shipped();

    private SampleGenerator(long seed) {
        this.random = new Random(seed);
        this.noise = new ForumNoise(random);
    }

    /** The rows for a seed, in the order of the file. */
    public static List<SampleRow> generate(long seed) {
        return new SampleGenerator(seed).rows();
    }

    /** Content of the file for a seed: one line a row, each ended by a line feed. */
    public static String fileContent(long seed) {
        return generate(seed).stream().map(row -> row.line() + "\n").collect(Collectors.joining());
    }

    /**
     * Writes the file.
     *
     * @param arguments path of the file, then optionally the seed
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 1 || arguments.length > 2) {
            System.err.println("usage: SampleGenerator FILE [SEED]");
            System.exit(2);
        }
        long seed = arguments.length == 2 ? Long.parseLong(arguments[1]) : COMMITTED_SEED;
        Path file = Path.of(arguments[0]);
        Files.writeString(file, fileContent(seed));
        Map<RowKind, Long> counts =
                generate(seed).stream()
                        .collect(Collectors.groupingBy(SampleRow::kind, Collectors.counting()));
        System.out.println("wrote " + file + " with seed " + seed + ": " + counts);
    }

    private List<SampleRow> rows() {
        List<Draft> good = goodRows();
        List<SampleRow> rows = new ArrayList<>();
        List<SampleRow> goodLines = good.stream().map(this::noisy).toList();
        rows.addAll(goodLines);
        for (int i = 0; i < EXACT_DUPLICATES; i++) {
            SampleRow twin = goodLines.get(random.nextInt(good.size() / 2));
            rows.add(new SampleRow(RowKind.EXACT_DUPLICATE, twin.line(), twin.cleanAnswer()));
        }
        for (int i = 0; i < DUPLICATES_AFTER_CLEANING; i++) {
            rows.add(disguised(goodLines, good, good.size() / 2 + i * 7));
        }
        for (int i = 0; i < TOO_SHORT_ROWS; i++) {
            rows.add(tooShort(i));
        }
        for (int i = 0; i < TOO_LONG_ROWS; i++) {
            rows.add(tooLong(i));
        }
        for (int i = 0; i < RESIDUE_ROWS; i++) {
            Condition topic = topics.get((i * 3 + 1) % topics.size());
            String question = "What does the page say about " + topic.name() + "?";
            String answer = Residue.answer(topic, i);
            rows.add(new SampleRow(RowKind.WIKI_RESIDUE, line(question, answer), answer));
        }
        rows.addAll(malformed());
        Collections.shuffle(rows, random);
        return List.copyOf(rows);
    }

    private record Draft(String question, String answer) {}

    private List<Draft> goodRows() {
        List<Draft> drafts = new ArrayList<>();
        for (Condition topic : topics) {
            for (Aspect aspect : Aspect.values()) {
                for (int variant = 0; variant < Aspect.VARIANTS; variant++) {
                    String question =
                            inContext(aspect.question(topic, variant, random.nextInt(100)));
                    drafts.add(new Draft(question, aspect.answer(topic, variant)));
                }
            }
        }
        Collections.shuffle(drafts, random);
        return drafts;
    }

    private String inContext(String question) {
        if (random.nextInt(5) < 2) {
            return question;
        }
        String context =
                CONTEXTS.get(random.nextInt(CONTEXTS.size())).formatted(20 + random.nextInt(50));
        return random.nextBoolean() ? context + " " + question : question + " " + context;
    }

    private SampleRow noisy(Draft draft) {
        String greeting = random.nextInt(5) == 0 ? noise.greeting() : "";
        String opener = random.nextInt(100) < 55 ? noise.opener() : "";
        String signOffs = random.nextInt(100) < 50 ? noise.signOffs() : "";
        return new SampleRow(
                RowKind.GOOD,
                line(greeting + draft.question(), opener + draft.answer() + signOffs),
                draft.answer());
    }

    /** The same row in another dress: noise is drawn until the line differs. */
    private SampleRow disguised(List<SampleRow> goodLines, List<Draft> good, int index) {
        Draft draft = good.get(index);
        while (true) {
            String answer = noise.opener() + draft.answer() + noise.signOffs();
            String line = line(questionOf(goodLines.get(index)), answer);
            if (!line.equals(goodLines.get(index).line())) {
                return new SampleRow(RowKind.DUPLICATE_AFTER_CLEANING, line, draft.answer());
            }
        }
    }

    private static String questionOf(SampleRow row) {
        try {
            return JSON.readTree(row.line()).path("input").asText();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a good row is not JSON", e);
        }
    }

    /** Every second one reaches 30 words, but only by its noise. */
    private SampleRow tooShort(int number) {
        Condition topic = topics.get((number * 4 + 2) % topics.size());
        String answer = topic.testsNote();
        String dressed =
                number % 2 == 0
                        ? answer
                        : "Hello, Thank you for asking Chat Doctor and I hope I can help you"
                                + " today. "
                                + answer
                                + " Let me know if I can assist you further. Hope this answers"
                                + " your question. Wish you good health.";
        String question = "Just one short remark about %s, please?".formatted(topic.name());
        return new SampleRow(RowKind.TOO_SHORT, line(question, dressed), answer);
    }

    private SampleRow tooLong(int number) {
        StringBuilder answer = new StringBuilder();
        int next = number * 9;
        while (Aspect.words(answer.toString()) < TOO_LONG_WORDS) {
            Condition topic = topics.get(next % topics.size());
            if (!answer.isEmpty()) {
                answer.append(' ');
            }
            answer.append(Aspect.values()[next % Aspect.values().length].answer(topic, 1));
            next++;
        }
        String question = "Please tell me everything about %d conditions.".formatted(next);
        return new SampleRow(
                RowKind.TOO_LONG, line(question, answer.toString()), answer.toString());
    }

    private static List<SampleRow> malformed() {
        String question = "Which foods are rich in iron?";
        String answer = "Lentils, beans, red meat and dark green vegetables are rich in iron.";
        Map<String, Object> withoutOutput = new LinkedHashMap<>();
        withoutOutput.put("instruction", INSTRUCTION);
        withoutOutput.put("input", question);
        Map<String, Object> wrongType = new LinkedHashMap<>(withoutOutput);
        wrongType.put("output", List.of(answer));
        Map<String, Object> numberForText = new LinkedHashMap<>(withoutOutput);
        numberForText.put("output", 42);
        String whole = line(question, answer);
        return List.of(
                        whole.substring(0, whole.length() / 2),
                        "instruction,input,output",
                        json(List.of(INSTRUCTION, question, answer)),
                        json(withoutOutput),
                        json(wrongType),
                        json(numberForText),
                        line(question, "   "))
                .stream()
                .map(line -> new SampleRow(RowKind.MALFORMED, line, null))
                .toList();
    }

    private static String line(String input, String output) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("instruction", INSTRUCTION);
        row.put("input", input);
        row.put("output", output);
        return json(row);
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value + " as JSON", e);
        }
    }
}
