package dev.loramill.local.cli;

import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.LauncherLogs;
import dev.loramill.topics.TopicsCommand;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands that the script {@code ./loramill} hands on; the script itself lists them all. */
@Command(
        name = "loramill",
        description = "Turns raw rows into served LoRA adapters, on this machine.",
        mixinStandardHelpOptions = true,
        version = "Loramill 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            DemoCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            DoctorCommand.class,
            ResetCommand.class,
            BaseCommand.class,
            TopicsCommand.class,
            BenchCommand.class,
            CommandLine.HelpCommand.class
        })
public final class LoramillCommand implements Runnable {
    private static final int FAILED = 1;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    /** Runs the command line; exit codes: 0 done, 1 failed, 2 wrong arguments. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new LoramillCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(parsed -> {
                    if (!(lastCommand(parsed) instanceof UpCommand)) {
                        LauncherLogs.quiet();
                    }
                    return new CommandLine.RunLast().execute(parsed);
                })
                .setParameterExceptionHandler((fault, arguments) -> {
                    // The whole usage would push the fault out of sight.
                    CommandLine command = fault.getCommandLine();
                    command.getErr().println(fault.getMessage());
                    CommandLine.UnmatchedArgumentException.printSuggestions(
                            fault, command.getErr());
                    command.getErr()
                            .println(
                                    "./%s --help tells more"
                                            .formatted(
                                                    command.getCommandSpec().qualifiedName(" ")));
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((exception, commandLine, parsed) -> {
                    if (exception instanceof LaunchException) {
                        commandLine.getErr().println(exception.getMessage());
                    } else {
                        exception.printStackTrace(commandLine.getErr());
                    }
                    return FAILED;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a COMMAND is missing");
    }

    private static Object lastCommand(CommandLine.ParseResult parsed) {
        List<CommandLine> commands = parsed.asCommandLineList();
        return commands.getLast().getCommand();
    }
}
