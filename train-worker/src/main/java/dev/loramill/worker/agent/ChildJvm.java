package dev.loramill.worker.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A JVM to be started as a child process.
 *
 * @param classPath its jars and directories of classes
 * @param mainClass class whose {@code main} it runs
 * @param arguments arguments of that {@code main}
 * @param options options of the JVM
 * @param environment variables added to this process's environment
 * @param log file that takes its standard error, appended
 */
public record ChildJvm(
        String classPath,
        String mainClass,
        List<String> arguments,
        List<String> options,
        Map<String, String> environment,
        Path log) {
    private static final int LOG_TAIL_LINES = 12;

    public ChildJvm {
        arguments = List.copyOf(arguments);
        options = List.copyOf(options);
        environment = Map.copyOf(environment);
    }

    /**
     * Starts the process. The other end of its standard input is held by this process, which never
     * writes to it: a child that reads the end of it knows that its parent has gone.
     */
    public Running start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(
                Path.of(Objects.requireNonNull(System.getProperty("java.home")), "bin", "java")
                        .toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath);
        command.add(mainClass);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return new Running(builder.start(), log);
    }

    /** A started child process. */
    public static final class Running implements AutoCloseable {
        private final Process process;
        private final Path log;

        private Running(Process process, Path log) {
            this.process = process;
            this.log = log;
        }

        /** Its process id. */
        public long pid() {
            return process.pid();
        }

        /**
         * Hands each line of its standard output to a consumer, in order, and waits for its end. An
         * interrupt ends the wait, not the process: {@link #close()} does.
         *
         * @return its exit status
         * @throws RuntimeException what the consumer threw; the process is killed then
         */
        public int readLines(Consumer<String> consumer) throws InterruptedException {
            AtomicReference<@Nullable RuntimeException> fault = new AtomicReference<>();
            Thread pump =
                    Thread.ofPlatform()
                            .name("output-of-" + pid())
                            .start(() -> {
                                try {
                                    pump(consumer);
                                } catch (RuntimeException e) {
                                    fault.set(e);
                                    process.destroyForcibly();
                                }
                            });
            int status = process.waitFor();
            pump.join();
            RuntimeException thrown = fault.get();
            if (thrown != null) {
                throw thrown;
            }
            return status;
        }

        private void pump(Consumer<String> consumer) {
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    consumer.accept(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the output of pid " + pid(), e);
            }
        }

        /** Last lines of its standard error, for messages. */
        public String logTail() {
            try {
                List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
                return String.join(
                        "\n",
                        lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
            } catch (IOException e) {
                return "(its log " + log + " cannot be read)";
            }
        }

        /** Kills the process and waits for its end; nothing happens when it has ended. */
        @Override
        public void close() {
            process.destroyForcibly();
            boolean isInterrupted = false;
            while (true) {
                try {
                    process.waitFor();
                    break;
                } catch (InterruptedException e) {
                    isInterrupted = true;
                }
            }
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
