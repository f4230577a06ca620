package dev.loramill.ingest.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.ingest.source.Line;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FormatDetectorTest {
    @Test
    void formatIsToldByItsColumnsWithTheReason() {
        assertThat(detect("{\"instruction\":1,\"input\":2,\"output\":3}"))
                .isEqualTo(
                        new Detection.Detected(
                                RowFormat.ALPACA,
                                "\"instruction\" and \"output\" in 1 of the first 1 rows"));
        assertThat(detect("{\"question\":1,\"answer\":2,\"qtype\":3}"))
                .isInstanceOfSatisfying(
                        Detection.Detected.class,
                        detected ->
                                assertThat(detected.format()).isEqualTo(RowFormat.QUESTION_ANSWER));
        assertThat(detect("{\"messages\":[]}"))
                .isInstanceOfSatisfying(
                        Detection.Detected.class,
                        detected -> assertThat(detected.format()).isEqualTo(RowFormat.MESSAGES));
    }

    @Test
    void formatOfMostRowsWinsWhateverComesFirst() {
        assertThat(
                        detect(
                                "not json",
                                "{\"messages\":[]}",
                                "{\"question\":1,\"answer\":2}",
                                "",
                                "{\"question\":1}",
                                "{\"question\":1,\"answer\":2}"))
                .isEqualTo(
                        new Detection.Detected(
                                RowFormat.QUESTION_ANSWER,
                                "\"question\" and \"answer\" in 2 of the first 4 rows"));
    }

    @Test
    void onlyTheFirstHundredObjectsCount() {
        FormatDetector detector = new FormatDetector();
        for (int i = 0; i < 100; i++) {
            detector.see(new Line.Text(i, "{\"messages\":[]}"));
        }
        for (int i = 0; i < 500; i++) {
            detector.see(new Line.Text(i, "{\"question\":1,\"answer\":2}"));
        }

        assertThat(detector.detection())
                .isEqualTo(
                        new Detection.Detected(
                                RowFormat.MESSAGES, "\"messages\" in 100 of the first 100 rows"));
    }

    @Test
    void unknownColumnsAreListed() {
        assertThat(detect("{\"prompt\":1}", "{\"completion\":2}"))
                .isEqualTo(new Detection.UnknownColumns(Set.of("prompt", "completion")));
    }

    @Test
    void linesOfNoObjectNameTheFirstOfThem() {
        assertThat(detect("", "name,age", "[1]"))
                .isEqualTo(
                        new Detection.NotJsonLines(
                                "line 2 is not a JSON object, it begins with: name,age"));
        assertThat(detect(" ", "")).isEqualTo(new Detection.Empty());
    }

    private static Detection detect(String... lines) {
        FormatDetector detector = new FormatDetector();
        List<String> all = List.of(lines);
        for (int i = 0; i < all.size(); i++) {
            detector.see(new Line.Text(i + 1, all.get(i)));
        }
        return detector.detection();
    }
}
