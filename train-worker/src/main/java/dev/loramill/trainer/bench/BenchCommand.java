package dev.loramill.trainer.bench;

import picocli.CommandLine.Command;

/** The measurements of the trainer. */
@Command(
        name = "bench",
        description = "Measures the trainer; exit code 0 only if it meets the bar of --help.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = {BenchTrain.class, BenchMemory.class})
public final class BenchCommand {}
