package dev.loramill.trainer.stress;

import picocli.CommandLine.Command;

/** What faults do to the trainer. */
@Command(
        name = "stress",
        description = "Provokes faults; exit code 0 only if the bar of --help is met.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = StressResume.class)
public final class StressCommand {}
