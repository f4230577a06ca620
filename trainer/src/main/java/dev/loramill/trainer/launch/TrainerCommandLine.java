package dev.loramill.trainer.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The command line of another process of the trainer, with the JVM and class path of this one. */
public final class TrainerCommandLine {
    /** By name, since the command line knows who starts others and not the other way round. */
    private static final String MAIN_CLASS = "dev.loramill.trainer.cli.TrainerCommand";

    private TrainerCommandLine() {}

    /** The whole command with the JVM options of this process. */
    public static List<String> likeThisProcess(List<String> arguments) {
        return withOptions(
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        // A debugger's port cannot be had twice.
                        .filter(option -> !option.startsWith("-agentlib:"))
                        .filter(option -> !option.startsWith("-javaagent:"))
                        .toList(),
                arguments);
    }

    /** The whole command with some options of the JVM. */
    public static List<String> withOptions(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(property("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(property("java.class.path"));
        command.add(MAIN_CLASS);
        command.addAll(arguments);
        return command;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
