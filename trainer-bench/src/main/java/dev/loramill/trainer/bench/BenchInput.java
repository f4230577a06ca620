package dev.loramill.trainer.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every bench that trains: what is trained, and on which rows. */
final class BenchInput {
    @Option(
            names = "--base",
            description = {
                "GGUF file of the base; default: smollm2-135m-instruct where it lies in the"
                        + " catalogue, else random weights in its shape."
            })
    private @Nullable Path base;

    @Option(names = "--rows", description = "Rows to train on, JSON lines; default: made-up ones.")
    private @Nullable Path rows;

    /** GGUF file of the base that was named; null for the usual one. */
    @Nullable Path base() {
        return base;
    }

    /** File of rows; null makes rows up. */
    @Nullable Path rows() {
        return rows;
    }
}
