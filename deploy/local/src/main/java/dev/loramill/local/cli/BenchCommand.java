package dev.loramill.local.cli;

import dev.loramill.local.bench.CleanBench;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Benches of the services. */
@Command(
        name = "bench",
        description = "Show a speed of a service.",
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
    }

    @Command(
            name = "ledger",
            description =
                    "Rows a second into the ledger of clean-service. Ok from 25,000 rows/s"
                            + " on, and 85 %% of the baseline.",
            mixinStandardHelpOptions = true)
    int ledger(@CommandLine.Mixin Options options) throws Exception {
        return exitCode(
                CleanBench.ledger(
                        options.application,
                        options.baseline,
                        options.rows,
                        options.rounds,
                        options.jvmOptions,
                        out()));
    }

    @Command(
            name = "clean",
            description =
                    "Rows a second through recipe, search for duplicates and ledger of clean-service."
                            + " Ok from 85 %% of the baseline on.",
            mixinStandardHelpOptions = true)
    int clean(@CommandLine.Mixin Options options) throws Exception {
        return exitCode(
                CleanBench.clean(
                        options.application,
                        options.baseline,
                        options.rows,
                        options.rounds,
                        options.jvmOptions,
                        out()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static int exitCode(CleanBench bench) throws Exception {
        return bench.run() ? 0 : BELOW_THE_BAR;
    }
}
