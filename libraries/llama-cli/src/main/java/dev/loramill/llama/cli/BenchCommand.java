package dev.loramill.llama.cli;

import picocli.CommandLine.Command;

/** {@code loramill bench NAME}: measurements with a bar. */
@Command(
        name = "bench",
        description =
                "Measure. Each prints a table and, as its last line, a JSON object; exit code 1 if"
                        + " the bar in its --help is missed.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = {GgufBench.class, TokenizerBench.class, BindingBench.class})
final class BenchCommand {}
