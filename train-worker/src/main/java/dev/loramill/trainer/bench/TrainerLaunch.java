package dev.loramill.trainer.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How the trainer is started as a process: the settings that were found to matter. */
final class TrainerLaunch {
    /** By name, since the command line knows the measurements and not the other way round. */
    private static final String MAIN_CLASS = "dev.loramill.trainer.cli.TrainerCommand";

    private TrainerLaunch() {}

    /** The trainer's command with some arguments, on this process's class path. */
    static ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(property("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--add-modules=jdk.incubator.vector");
        command.add("-XX:+UseSerialGC");
        command.add("-Xmx256m");
        command.add("-Xmn16m");
        command.add("-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
        command.add("-Dorg.bytedeco.javacpp.maxbytes=0");
        command.add("-cp");
        command.add(property("java.class.path"));
        command.add(MAIN_CLASS);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        return builder;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
