package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.EventJson;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FittingReportTest {
    @Test
    void longAnswersAreCutWithAMarkUntilTheReportFits() {
        AttemptFinished fitting = FittingReport.of(report(50, "\uD83D\uDE00".repeat(15_000)));

        assertThat(EventJson.write(fitting)).hasSizeLessThan(FittingReport.MAX_BYTES);
        assertThat(fitting.evaluation().answers())
                .hasSize(50)
                .allSatisfy(answer -> {
                    assertThat(answer.adapter().text()).endsWith(FittingReport.MARK);
                    assertThat(answer.adapter().text()).hasSizeGreaterThan(100);
                    assertThat(answer.adapter().tokenCount()).isEqualTo(7);
                });
    }

    @Test
    void aReportThatFitsStaysAsItIs() {
        AttemptFinished report = report(50, "An answer.");

        assertThat(FittingReport.of(report)).isSameAs(report);
    }

    private static AttemptFinished report(int probes, String text) {
        AttemptAssigned assigned = Assignments.of("job-1", 7);
        ArtifactReference file = assigned.spec().base();
        Generation answer = new Generation(text, 7, true, false);
        List<ProbeAnswer> answers =
                IntStream.range(0, probes)
                        .mapToObj(i -> new ProbeAnswer("Why " + i + "?", answer, answer))
                        .toList();
        return new AttemptFinished(
                assigned.attempt(),
                file,
                file,
                new AdapterEvaluation(2, 1, file, 0.5, answers, "greedy", null),
                assigned.spec().contract(),
                1,
                1,
                1,
                1);
    }
}
