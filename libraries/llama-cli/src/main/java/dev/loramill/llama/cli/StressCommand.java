package dev.loramill.llama.cli;

import picocli.CommandLine.Command;

/** {@code loramill stress NAME}: faults on purpose, with a bar. */
@Command(
        name = "stress",
        description =
                "Provoke faults. Each prints a table and, as its last line, a JSON object; exit code"
                        + " 1 if the bar in its --help is missed.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = AdapterStress.class)
final class StressCommand {}
