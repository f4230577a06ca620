package dev.loramill.samples;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SampleGeneratorTest {
    private static final Path COMMITTED = Path.of("medical-forum.jsonl");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<SampleRow> rows = SampleGenerator.generate(SampleGenerator.COMMITTED_SEED);

    @Test
    void committedFileEqualsWhatTheGeneratorWrites() throws IOException {
        assertThat(Files.readString(COMMITTED))
                .isEqualTo(SampleGenerator.fileContent(SampleGenerator.COMMITTED_SEED));
    }

    @Test
    void anotherSeedGivesOtherRows() {
        assertThat(SampleGenerator.fileContent(7)).isNotEqualTo(SampleGenerator.fileContent(8));
    }

    @Test
    void readmeStatesTheLinesOfEachKind() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        Map<RowKind, Long> counts =
                rows.stream().collect(groupingBy(SampleRow::kind, TreeMap::new, counting()));

        assertThat(counts).containsOnlyKeys(RowKind.values());
        counts.forEach((kind, count) ->
                assertThat(readme).contains("| `%s` | %d |".formatted(kind, count)));
        assertThat(readme).contains(rows.size() + " lines");
        assertThat(rows).hasSizeGreaterThanOrEqualTo(600);
    }

    @Test
    void openersSignOffsAndThePlatformsNameStandInTheCommittedFile() throws IOException {
        List<String> lines = Files.readAllLines(COMMITTED);

        assertThat(holding(lines, "Chat Doctor|ChatDoctor")).isEqualTo(348);
        assertThat(holding(lines, "iT hanks|loT hanks|Hi,Thanks")).isEqualTo(63);
        assertThat(holding(lines, "[Hh]ope this (helps|answers)")).isEqualTo(80);
        assertThat(holding(lines, "Jay In\"")).isEqualTo(38);
        assertThat(holding(lines, "analgesic\\)")).isPositive();
        assertThat(holding(lines, "unblocked artery")).isPositive();
    }

    @Test
    void repeatedLinesAreExactlyTheExactDuplicates() throws IOException {
        List<String> lines = Files.readAllLines(COMMITTED);

        assertThat(lines.size() - new HashSet<>(lines).size())
                .isEqualTo(
                        (int)
                                rows.stream()
                                        .filter(row -> row.kind() == RowKind.EXACT_DUPLICATE)
                                        .count());
    }

    @Test
    void everyGoodAnswerIsDistinctWithItsQuestionAndOfLearnableLength() {
        Set<String> seen = new HashSet<>();
        for (SampleRow row : ofKind(RowKind.GOOD)) {
            String answer = String.valueOf(row.cleanAnswer());
            assertThat(answer.split("\\s+")).as(answer).hasSizeBetween(40, 110);
            assertThat(answer).matches("(?s)[A-Z].*\\.").doesNotContain("  ", "..", "%");
            assertThat(json(row).path("output").asText()).contains(answer);
            assertThat(seen.add(answer + json(row).path("input").asText())).isTrue();
        }
    }

    @Test
    void halfOfTheShortRowsReachThirtyWordsOnlyByTheirNoise() {
        List<SampleRow> shortRows = ofKind(RowKind.TOO_SHORT);

        assertThat(shortRows)
                .allSatisfy(row ->
                        assertThat(String.valueOf(row.cleanAnswer()).split("\\s+"))
                                .hasSizeLessThan(30));
        assertThat(shortRows)
                .filteredOn(row -> json(row).path("output").asText().split("\\s+").length >= 30)
                .hasSize(shortRows.size() / 2);
    }

    @Test
    void longRowsExceedSixHundredWords() {
        assertThat(ofKind(RowKind.TOO_LONG))
                .allSatisfy(row ->
                        assertThat(json(row).path("output").asText().split("\\s+"))
                                .hasSizeGreaterThan(600));
    }

    @Test
    void noProbeStandsAmongTheQuestions() throws IOException {
        JsonNode probes = JSON.readTree(Path.of("probes/medical.json").toFile());
        String data = Files.readString(COMMITTED);

        assertThat(probes.path("questions")).hasSize(5);
        for (JsonNode question : probes.path("questions")) {
            assertThat(data).doesNotContain(question.asText());
        }
        assertThat(probes.path("system_prompt").asText()).isEqualTo(SampleGenerator.INSTRUCTION);
    }

    private static long holding(List<String> lines, String regex) {
        return lines.stream().filter(line -> line.matches(".*(" + regex + ").*")).count();
    }

    private List<SampleRow> ofKind(RowKind kind) {
        return rows.stream().filter(row -> row.kind() == kind).toList();
    }

    private static JsonNode json(SampleRow row) {
        try {
            return JSON.readTree(row.line());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(row.line(), e);
        }
    }
}
