package dev.loramill.local.cli;

import dev.loramill.local.bench.CleanBench;
import dev.loramill.local.bench.UpBench;
import dev.loramill.local.launch.LoramillHome;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Benches of the services and of the whole stack. */
@Command(
        name = "bench",
        description = "Show a speed of a service, or of the whole stack.",
        mixinStandardHelpOptions = true)
final class BenchCommand {
    private static final int BELOW_THE_BAR = 1;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    /** What both benches of clean-service take. */
    static final class Options {
        @Option(
                names = "--rows",
                paramLabel = "N",
                defaultValue = "100000",
                description = "Rows of a round (default: ${DEFAULT-VALUE}).")
        private int rows;

        @Option(
                names = "--rounds",
                paramLabel = "N",
                defaultValue = "3",
                description = "Rounds behind the warm-up (default: ${DEFAULT-VALUE}).")
        private int rounds;

        @Option(
                names = "--app",
                paramLabel = "DIR",
                defaultValue = "clean-service/target/quarkus-app",
                description = "The build to measure (default: ${DEFAULT-VALUE}).")
        private Path application = Path.of("");

        @Option(
                names = "--baseline",
                paramLabel = "DIR",
                description =
                        "Another build, measured in turn: folder quarkus-app of an older one.")
        private @Nullable Path baseline;

        @Option(
                names = "--jvm",
                paramLabel = "OPTION",
                description = "An option of the service's JVM, behind those of ./loramill up.")
        private List<String> jvmOptions = List.of();

        @Option(
                names = "--baseline-jvm",
                paramLabel = "OPTION",
                description =
                        "An option of the baseline's JVM, behind the same ones. What its ./loramill up"
                                + " gives it may differ: name that.")
        private List<String> baselineJvmOptions = List.of();
    }

    @Command(
            name = "ledger",
            description =
                    "Rows a second into the ledger of clean-service. Ok from 25,000 rows/s"
                            + " on, and 85 %% of the baseline.",
            mixinStandardHelpOptions = true)
    int ledger(@CommandLine.Mixin Options options) throws Exception {
        return run(CleanBench.Part.LEDGER, options);
    }

    @Command(
            name = "clean",
            description =
                    "Rows a second through recipe, search for duplicates and ledger of clean-service."
                            + " Ok from 85 %% of the baseline on.",
            mixinStandardHelpOptions = true)
    int clean(@CommandLine.Mixin Options options) throws Exception {
        return run(CleanBench.Part.CLEAN, options);
    }

    private int run(CleanBench.Part part, Options options) throws Exception {
        return exitCode(
                new CleanBench(
                                part,
                                options.application,
                                options.baseline,
                                atLeast("--rows", options.rows, 1),
                                atLeast("--rounds", options.rounds, 1),
                                options.jvmOptions,
                                options.baselineJvmOptions,
                                out())
                        .run());
    }

    @Command(
            name = "up",
            description =
                    "Time of ./loramill up until all is ready, and memory of the idle stack. Ok up to"
                            + " 120 %% of the baseline's time and 115 %% of its memory.",
            mixinStandardHelpOptions = true)
    int up(
            @Option(
                            names = "--base",
                            paramLabel = "ID|PATH",
                            defaultValue = UpCommand.DEFAULT_BASE,
                            description = "Base model to serve (default: ${DEFAULT-VALUE}).")
                    String base,
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "3",
                            description =
                                    "Starts that count, behind a first one in an empty home"
                                            + " (default: ${DEFAULT-VALUE}).")
                    int rounds,
            @Option(
                            names = "--idle",
                            paramLabel = "SECONDS",
                            defaultValue = "30",
                            description =
                                    "How long nothing is asked before memory is read"
                                            + " (default: ${DEFAULT-VALUE}).")
                    int idleSeconds,
            @Option(
                            names = "--baseline",
                            paramLabel = "DIR",
                            description =
                                    "Another checkout, measured in turn; its own ./loramill is run.")
                    @Nullable Path baseline)
            throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        return exitCode(
                new UpBench(
                                home.checkout(),
                                baseline,
                                base,
                                atLeast("--rounds", rounds, 1),
                                Duration.ofSeconds(atLeast("--idle", idleSeconds, 0)),
                                out())
                        .run());
    }

    private int atLeast(String option, int value, int least) {
        if (value < least) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "%s must be at least %d, got %d".formatted(option, least, value));
        }
        return value;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static int exitCode(boolean isOk) {
        return isOk ? 0 : BELOW_THE_BAR;
    }
}
