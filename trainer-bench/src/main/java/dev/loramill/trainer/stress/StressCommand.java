package dev.loramill.trainer.stress;

import dev.loramill.trainer.cli.TrainerCommand;
import picocli.CommandLine.Command;

/** What faults do to the trainer. */
@Command(
        name = "stress",
        description = "Provokes faults; exit code 0 only if the bar of --help is met.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = StressResume.class)
public final class StressCommand {
    private StressCommand() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(TrainerCommand.run(new StressCommand(), arguments));
    }
}
