package dev.loramill.trainer.cli;

import dev.loramill.trainer.bench.BenchCommand;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.stress.StressCommand;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The trainer's command line.
 *
 * <p>Exit codes: 0 done; 1 the run failed; 2 the job or the command line is wrong, and nothing was
 * left behind.
 */
@Command(
        name = "trainer",
        description = "Trains LoRA adapters on a frozen GGUF base.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            PlanCommand.class,
            DevicesCommand.class,
            BenchCommand.class,
            StressCommand.class
        })
public final class TrainerCommand {
    static final int FAILED = 1;
    static final int INVALID = 2;

    private TrainerCommand() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // The module's logger is JBoss's, which asks for this before the first line is logged.
        if (System.getProperty("java.util.logging.manager") == null) {
            System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        }
        // The openblas of libtorch's binding is not published; the one before it is known to work.
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
        Logger loader = Logger.getLogger("org.bytedeco.javacpp.Loader");
        loader.setFilter(line -> !String.valueOf(line.getMessage()).startsWith("Versions of"));
        System.exit(run(arguments));
    }

    /** Runs a command and gives its exit code. */
    static int run(String... arguments) {
        CommandLine command = new CommandLine(new TrainerCommand());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((fault, failing, parsed) -> {
            failing.getErr().println("trainer: " + message(fault));
            failing.getErr().flush();
            return fault instanceof InvalidJobException ? INVALID : FAILED;
        });
        command.setParameterExceptionHandler((fault, wrong) -> {
            // The whole usage would push the fault out of sight.
            CommandLine asked = fault.getCommandLine();
            asked.getErr().println("trainer: " + fault.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(fault, asked.getErr());
            asked.getErr()
                    .println(
                            "./loramill %s --help tells more"
                                    .formatted(asked.getCommandSpec().qualifiedName(" ")));
            asked.getErr().flush();
            return INVALID;
        });
        return command.execute(arguments);
    }

    /** What a person is told of a fault. */
    static String message(Throwable fault) {
        return switch (fault) {
            case FileSystemException e ->
                    "\"" + e.getFile() + "\": " + (e.getReason() == null ? e : e.getReason());
            case IOException e -> String.valueOf(e.getMessage());
            case RuntimeException e when e.getMessage() != null -> e.getMessage();
            default -> fault.toString();
        };
    }
}
