package dev.loramill.llama.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every measurement can be told. */
final class BenchOptions {
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads, default ${DEFAULT-VALUE}.",
            defaultValue = "2",
            converter = AtLeastOne.class)
    int threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds that the median is taken of, default ${DEFAULT-VALUE}.",
            defaultValue = "5",
            converter = AtLeastOne.class)
    int rounds;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "A Python interpreter that has the peer named above, to compare with.")
    @Nullable Path python;
}
