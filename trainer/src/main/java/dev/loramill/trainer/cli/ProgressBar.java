package dev.loramill.trainer.cli;

import dev.loramill.events.trainer.TrainerLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** Shows a person how far the run is, on one line that is written over. */
final class ProgressBar implements Consumer<TrainerLine> {
    private static final int WIDTH = 24;
    private static final String TO_LINE_START = "\r\u001b[K";

    private final PrintStream out;

    ProgressBar(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(TrainerLine event) {
        switch (event) {
            case TrainerLine.Started e -> line(opening(e));
            case TrainerLine.Progressed e -> out.print(TO_LINE_START + bar(e));
            case TrainerLine.Evaluated e ->
                    line(
                            String.format(
                                    Locale.ROOT,
                                    "step %d: held-out loss %.4f, accuracy %.3f, perplexity %.2f",
                                    e.step(),
                                    e.evalLoss(),
                                    e.tokenAccuracy(),
                                    e.perplexity()));
            case TrainerLine.Checkpointed e -> line("step " + e.step() + ": saved " + e.path());
            case TrainerLine.Finished e ->
                    line(
                            String.format(
                                    Locale.ROOT,
                                    "done: %s, held-out loss %.4f -> %.4f, %s, %d MiB at most",
                                    e.adapter(),
                                    e.baseEvalLoss(),
                                    e.evalLoss(),
                                    duration(e.wallSeconds()),
                                    e.peakMemoryBytes() >> 20));
            case TrainerLine.Failed e ->
                    line(
                            "failed (%s): %s"
                                    .formatted(
                                            e.category().name().toLowerCase(Locale.ROOT),
                                            e.message()));
            case TrainerLine.Working _ -> {}
            case TrainerLine.Unknown _ -> throw new IllegalStateException("no line of a run");
        }
        out.flush();
    }

    private void line(String text) {
        out.print(TO_LINE_START + text + System.lineSeparator());
    }

    private static String opening(TrainerLine.Started e) {
        return "%d steps over %d rows (%d tokens a pass), %d held out; %s on %s, %d parameters%s"
                .formatted(
                        e.totalSteps(),
                        e.trainRows(),
                        e.trainTokensPerEpoch(),
                        e.evalRows(),
                        e.precision(),
                        e.device(),
                        e.trainableParameters(),
                        e.resumedFromStep() > 0
                                ? "; resumed from step " + e.resumedFromStep()
                                : "");
    }

    private static String bar(TrainerLine.Progressed e) {
        int filled = (int) ((long) WIDTH * e.step() / e.totalSteps());
        return String.format(
                Locale.ROOT,
                "%s%s %d/%d  loss %.4f  lr %.2e  %.0f tokens/s  %d MiB  %s left",
                "█".repeat(filled),
                "░".repeat(WIDTH - filled),
                e.step(),
                e.totalSteps(),
                e.loss(),
                e.learningRate(),
                e.tokensPerSecond(),
                e.memoryBytes() >> 20,
                duration(e.etaSeconds()));
    }

    private static String duration(double seconds) {
        Duration whole = Duration.ofSeconds(Math.round(seconds));
        return whole.toHours() > 0
                ? "%d h %02d min".formatted(whole.toHours(), whole.toMinutesPart())
                : "%d:%02d".formatted(whole.toMinutes(), whole.toSecondsPart());
    }
}
