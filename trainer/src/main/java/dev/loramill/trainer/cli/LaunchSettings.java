package dev.loramill.trainer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The settings that a process of the trainer needs to be fast and small, in two files beside this
 * class that the launcher's shell script reads too.
 *
 * <p>Each member of a team multiplies on its own thread, so libraries must not start threads of
 * their own; glibc keeps the memory of tensors that the next step asks for again; the heap's young
 * generation is small, since tensors live outside of the heap.
 */
public final class LaunchSettings {
    private LaunchSettings() {}

    /** Options of the JVM; the largest heap is left to the caller. */
    public static List<String> jvmOptions() {
        return lines("jvm.options");
    }

    /** Variables to be added to the environment. */
    public static Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String line : lines("environment")) {
            String[] parts = line.split("=", 2);
            variables.put(parts[0], parts[1]);
        }
        return variables;
    }

    private static List<String> lines(String name) {
        try (InputStream in =
                Objects.requireNonNull(LaunchSettings.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
