package dev.loramill.local.cli;

import dev.loramill.local.demo.Demo;
import dev.loramill.local.demo.DemoFailure;
import dev.loramill.local.demo.DemoOptions;
import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.DetachedLauncher;
import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.LoramillHome;
import dev.loramill.local.launch.RunState;
import dev.loramill.local.launch.Service;
import dev.loramill.local.launch.UpOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the whole chain on a file of rows. */
@Command(
        name = "demo",
        description =
                "Start everything if it does not run yet, and take a file of rows through the whole"
                        + " chain: upload, clean, freeze, train, gate, serve, ask. Leaves it running.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String SAMPLE = "samples/medical-forum.jsonl";
    private static final String SAMPLE_RECIPE = "medical-forum";
    private static final String STARTED_VARIABLE = "LORAMILL_SCRIPT_STARTED";

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description =
                    "Rows as JSON lines, plain or gzip; default: the shipped sample, " + SAMPLE)
    private @Nullable Path data;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description =
                    "Recipe that cleans them; default: medical-forum for the sample, else none.")
    private @Nullable String recipe;

    @Option(
            names = "--base",
            paramLabel = "ID|PATH",
            description =
                    "Base model: an id, or a GGUF file; default: the one that is running, else "
                            + UpCommand.DEFAULT_BASE)
    private @Nullable String base;

    @Option(
            names = "--sample",
            paramLabel = "ROWS",
            defaultValue = "500",
            description = "Rows to train on and hold out, together; default: ${DEFAULT-VALUE}.")
    private int sample;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "2",
            description = "Passes over the training rows; default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Seed of sample, split, order and weights; default: ${DEFAULT-VALUE}.")
    private int seed;

    @Override
    public Integer call() throws LaunchException, InterruptedException, IOException {
        LoramillHome home = LoramillHome.of(System.getenv());
        Path rows = data == null ? home.checkout().resolve(SAMPLE) : data;
        if (!Files.isReadable(rows)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--data \"%s\" cannot be read; name a file of JSON lines".formatted(rows));
        }
        String chosenRecipe = recipe != null ? recipe : data == null ? SAMPLE_RECIPE : "none";
        RunState state = running(home);
        LoramillHome at = state.at(home);
        DemoOptions options =
                new DemoOptions(
                        rows,
                        chosenRecipe,
                        state.base(),
                        sample,
                        epochs,
                        seed,
                        at.address(Service.INGEST),
                        at.address(Service.CLEAN),
                        at.address(Service.TRAIN),
                        at.address(Service.SERVE));
        try {
            new Demo(options, System.out).run(sinceScriptStarted());
            return 0;
        } catch (DemoFailure e) {
            System.err.println(System.lineSeparator() + "The demo stops: " + e.getMessage());
            return 1;
        }
    }

    private RunState running(LoramillHome home)
            throws LaunchException, InterruptedException, IOException {
        Optional<RunState> running = RunState.read(home);
        if (running.isEmpty()) {
            return new DetachedLauncher(home, Console.standard())
                    .start(UpOptions.everything(base == null ? UpCommand.DEFAULT_BASE : base));
        }
        if (running.get().phase() != RunState.Phase.RUNNING) {
            throw new LaunchException(
                    "Loramill is %s; try again when ./loramill status says that it is running"
                            .formatted(running.get().phase().name().toLowerCase(Locale.ROOT)));
        }
        String served = running.get().base();
        if (base != null && !base.equals(served)) {
            throw new LaunchException(
                    "Loramill is running with base \"%s\", the demo was asked for \"%s\"; end it by ./loramill down and try again"
                            .formatted(served, base));
        }
        return running.get();
    }

    /** Time since the script was called, which includes the build. */
    private static Duration sinceScriptStarted() {
        String seconds = System.getenv(STARTED_VARIABLE);
        return seconds == null
                ? Duration.ZERO
                : Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), Instant.now());
    }
}
