package dev.loramill.llama.cli;

import dev.loramill.llama.binding.NativeCallException;
import dev.loramill.llama.binding.RefusedFileException;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.natives.NativesException;
import dev.loramill.llama.natives.UnsupportedPlatformException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line of this library.
 *
 * <p>Exit codes: 0 done; 1 the file is refused, cannot be read, or a measurement misses its bar; 2
 * the command line is wrong.
 */
@Command(
        name = "loramill",
        description = "Tools for GGUF files and llama.cpp.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            GgufCommand.class,
            TokenizeCommand.class,
            RenderCommand.class,
            NativesCommand.class,
            BenchCommand.class,
            StressCommand.class
        })
public final class LlamaCommand {
    private LlamaCommand() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, List.of(arguments)));
    }

    /** Runs a command and gives its exit code. */
    static int run(PrintWriter out, PrintWriter err, List<String> arguments) {
        CommandLine command = new CommandLine(new LlamaCommand());
        command.setOut(out);
        command.setErr(err);
        command.setExecutionExceptionHandler((fault, failing, parsed) -> {
            failing.getErr().println(failing.getCommandName() + ": " + message(fault));
            return 1;
        });
        return command.execute(arguments.toArray(String[]::new));
    }

    private static String message(Exception fault) {
        return switch (fault) {
            case NoSuchFileException e -> "\"" + e.getFile() + "\" does not exist";
            case FileSystemException e -> "\"%s\": %s".formatted(e.getFile(), e.getReason());
            case IOException e -> String.valueOf(e.getMessage());
            case InvalidGgufException e -> String.valueOf(e.getMessage());
            case IllegalArgumentException e -> String.valueOf(e.getMessage());
            case TemplateException e -> String.valueOf(e.getMessage());
            case RefusedFileException e -> String.valueOf(e.getMessage());
            case NativeCallException e -> String.valueOf(e.getMessage());
            case NativesException e -> String.valueOf(e.getMessage());
            case UnsupportedPlatformException e -> String.valueOf(e.getMessage());
            case IllegalStateException e -> String.valueOf(e.getMessage());
            default -> fault.toString();
        };
    }
}
