package dev.loramill.trainer.cli;

import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.trainer.evaluate.EvaluateCommand;
import dev.loramill.trainer.job.InvalidJobException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
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
            EvaluateCommand.class
        })
public final class TrainerCommand {
    static final int FAILED = 1;
    static final int INVALID = 2;

    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    /** Held here, because java.util.logging forgets loggers that nobody holds. */
    private static final Logger LOADER = Logger.getLogger("org.bytedeco.javacpp.Loader");

    private TrainerCommand() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(new TrainerCommand(), arguments));
    }

    /** Runs a command and gives its exit code. */
    static int run(String... arguments) {
        return run(new TrainerCommand(), arguments);
    }

    /**
     * Runs a command line in the trainer's manner: quiet libraries, faults in one sentence.
     *
     * @param root top command, annotated for picocli
     * @return the exit code
     */
    public static int run(Object root, String... arguments) {
        quietLibraries();
        CommandLine command = new CommandLine(root);
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

    /**
     * Logs one line an entry, and not that the openblas beside libtorch's binding is an older one.
     */
    private static void quietLibraries() {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, logFormat(System.getenv(TrainerJob.ID_VARIABLE)));
        }
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
        LOADER.setFilter(line -> !String.valueOf(line.getMessage()).startsWith("Versions of"));
    }

    /** One line an entry; where a worker runs a job, it names that among the keys. */
    static String logFormat(@Nullable String jobId) {
        String key = jobId == null ? "" : "jobId=" + jobId.replace("%", "%%") + " ";
        return "%1$tT.%1$tL %4$-7s [%3$s] " + key + "%5$s%6$s%n";
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
