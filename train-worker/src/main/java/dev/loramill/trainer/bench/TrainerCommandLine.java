package dev.loramill.trainer.bench;

import dev.loramill.launch.TrainerLaunch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A process of the trainer, started with the agent's settings on this process's class path. */
final class TrainerCommandLine {
    /** By name, since the command line knows the measurements and not the other way round. */
    private static final String MAIN_CLASS = "dev.loramill.trainer.cli.TrainerCommand";

    private TrainerCommandLine() {}

    static ProcessBuilder of(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(property("java.home"), "bin", "java").toString());
        command.addAll(TrainerLaunch.jvmOptions());
        command.add("-cp");
        command.add(property("java.class.path"));
        command.add(MAIN_CLASS);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(TrainerLaunch.environment());
        return builder;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
