package dev.loramill.trainer.bench;

import dev.loramill.trainer.cli.TrainerCommand;
import picocli.CommandLine.Command;

/** The measurements of the trainer. */
@Command(
        name = "bench",
        description = "Measures the trainer; exit code 0 only if it meets the bar of --help.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = {BenchTrain.class, BenchMemory.class})
public final class BenchCommand {
    private BenchCommand() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(TrainerCommand.run(new BenchCommand(), arguments));
    }
}
