package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrainerCommandTest {
    @Test
    void logLinesNameTheJobOfAWorker() {
        assertThat(line("ftjob-1"))
                .isEqualTo("10:15:30.000 WARNING [checkpoint] jobId=ftjob-1 path=x Passed over\n");
        assertThat(line("100%d")).contains("] jobId=100%d path");
    }

    @Test
    void logLinesOfARunByHandNameNone() {
        assertThat(line(null)).isEqualTo("10:15:30.000 WARNING [checkpoint] path=x Passed over\n");
    }

    private static String line(@Nullable String jobId) {
        return String.format(
                TrainerCommand.logFormat(jobId),
                LocalTime.of(10, 15, 30),
                "source",
                "checkpoint",
                "WARNING",
                "path=x Passed over",
                "");
    }
}
