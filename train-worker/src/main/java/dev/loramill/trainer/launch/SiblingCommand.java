package dev.loramill.trainer.launch;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The command line of another trainer with the JVM, options and class path of this process. */
public final class SiblingCommand {
    /** By name, since the command line knows who starts others and not the other way round. */
    private static final String MAIN_CLASS = "dev.loramill.trainer.cli.TrainerCommand";

    private SiblingCommand() {}

    /** The whole command with some arguments. */
    public static List<String> of(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(property("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // A debugger's port cannot be had twice.
            if (!option.startsWith("-agentlib:") && !option.startsWith("-javaagent:")) {
                command.add(option);
            }
        }
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
