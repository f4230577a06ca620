package dev.loramill.worker.agent;

import dev.loramill.process.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The trainer on this machine, known by its command line only.
 *
 * @param classPath its jars
 * @param mainClass class that takes its arguments
 * @param jvmOptions options that training wants, without the largest heap
 * @param environment variables that training wants
 * @param hasCuda whether its libraries can use an NVIDIA GPU
 */
record TrainerInstallation(
        String classPath,
        String mainClass,
        List<String> jvmOptions,
        Map<String, String> environment,
        boolean hasCuda) {
    private static final String MAIN_CLASS = "dev.loramill.trainer.cli.TrainerCommand";

    TrainerInstallation {
        jvmOptions = List.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
    }

    /**
     * The one that the build of the trainer put into a directory.
     *
     * @throws IOException naming the directory if there is none
     */
    static TrainerInstallation in(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        boolean hasCuda = false;
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(absolute.resolve("lib"), "*pytorch*-gpu.jar")) {
            hasCuda = jars.iterator().hasNext();
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new IOException(
                    "there is no trainer in \"%s\"; build the module trainer, or set loramill.worker.trainer.directory to its target/app"
                            .formatted(absolute),
                    e);
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (String line : Files.readAllLines(absolute.resolve("environment"))) {
            String[] parts = line.split("=", 2);
            if (parts.length == 2) {
                environment.put(parts[0], parts[1]);
            }
        }
        return new TrainerInstallation(
                absolute.resolve("lib") + File.separator + "*",
                MAIN_CLASS,
                List.of("@" + absolute.resolve("jvm.options")),
                environment,
                hasCuda);
    }

    /** Its command line, without options and arguments. */
    JavaCommand command() {
        return JavaCommand.ofMain(classPath, mainClass);
    }
}
