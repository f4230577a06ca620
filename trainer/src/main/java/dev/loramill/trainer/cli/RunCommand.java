package dev.loramill.trainer.cli;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.process.ParentWatch;
import dev.loramill.trainer.parallel.Share;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains an adapter. */
@Command(
        name = "run",
        description = {
            "Trains an adapter and writes it to a directory.",
            "Goes on from the newest sound checkpoint in that directory, if there is one. Prints a"
                    + " JSON object a line, or a progress bar on a terminal. When asked to stop"
                    + " (SIGTERM, Ctrl-C) it writes a checkpoint first."
        },
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final long SECONDS_TO_STOP = 120;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(names = "--job", required = true, description = "The job, a JSON file.")
    private Path job;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(names = "--out", required = true, description = "Output directory.")
    private Path out;

    @Mixin private final ComputeOptions compute = new ComputeOptions();

    @Option(
            names = "--world-size",
            paramLabel = "N",
            defaultValue = "1",
            description = {
                "Processes that share each step; this one starts the others (${DEFAULT-VALUE}).",
                "batchSize is that of one process, so a step sees N times as many rows; threads are"
                        + " those of one process, by default the cores divided by N."
            })
    private int worldSize;

    @Option(names = "--rank", hidden = true)
    private int rank;

    @SuppressWarnings("NullAway.Init") // set by picocli where there is a rank
    @Option(names = "--rendezvous", hidden = true)
    private Path rendezvous;

    @Option(names = "--rank-timeout", hidden = true, defaultValue = "600")
    private int rankTimeoutSeconds;

    @Option(names = "--progress", description = "Print a progress bar instead of JSON lines.")
    private boolean showsProgress;

    @Option(names = "--json", description = "Print JSON lines on a terminal too.")
    private boolean printsJson;

    @Option(names = ParentWatch.OPTION, description = "End at once when the standard input ends.")
    private boolean exitsWithParent;

    @Override
    public Integer call() throws IOException {
        if (exitsWithParent) {
            ParentWatch.start();
        }
        PrintStream lines = System.out;
        // Native libraries and loggers must not write between the JSON lines.
        System.setOut(System.err);
        Consumer<TrainerLine> listener =
                showsProgress || (!printsJson && isTerminal())
                        ? new ProgressBar(lines)
                        : new JsonLines(lines);
        AtomicBoolean stopRequested = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook =
                new Thread(() -> {
                    stopRequested.set(true);
                    try {
                        ended.await(SECONDS_TO_STOP, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            Duration timeout = Duration.ofSeconds(rankTimeoutSeconds);
            if (rank > 0) {
                return new FollowerRank(new Share(rank, worldSize), rendezvous, timeout)
                        .run(job, compute.overrides(), out, stopRequested::get);
            }
            RankLauncher launcher =
                    new RankLauncher(worldSize, job, compute.overrides(), out, timeout);
            return new Training(out, listener, stopRequested::get, launcher).run();
        } finally {
            ended.countDown();
        }
    }

    @SuppressWarnings("SystemConsoleNull") // null again since 25, where nobody is at the terminal
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }
}
