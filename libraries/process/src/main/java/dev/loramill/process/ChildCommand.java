package dev.loramill.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A child process to be started: its command line, its surroundings, and where its output goes.
 *
 * <p>Unless told otherwise its standard input is a pipe that this process holds and never writes
 * to, so that a child with {@link ParentWatch} ends with this process; its standard output is read
 * by {@link ChildProcess#readLines}; its standard error is that of this process.
 */
public final class ChildCommand {
    private final List<String> words;
    private final Map<String, String> environment;
    private final Set<String> removed;
    private final @Nullable Path directory;
    private final boolean hasInput;
    private final Output output;

    /** Where it writes. */
    private record Output(Redirect standard, Redirect errors, boolean isOne) {}

    private ChildCommand(
            List<String> words,
            Map<String, String> environment,
            Set<String> removed,
            @Nullable Path directory,
            boolean hasInput,
            Output output) {
        this.words = List.copyOf(words);
        this.environment = Map.copyOf(environment);
        this.removed = Set.copyOf(removed);
        this.directory = directory;
        this.hasInput = hasInput;
        this.output = output;
    }

    /**
     * A command line.
     *
     * @param words from the program on
     */
    public static ChildCommand of(List<String> words) {
        return new ChildCommand(
                words,
                Map.of(),
                Set.of(),
                null,
                true,
                new Output(Redirect.PIPE, Redirect.INHERIT, false));
    }

    /** The same with variables added to those of this process. */
    public ChildCommand environment(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return new ChildCommand(words, all, removed, directory, hasInput, output);
    }

    /** The same without some of the variables of this process. */
    public ChildCommand withoutEnvironment(Collection<String> names) {
        Set<String> all = new HashSet<>(removed);
        all.addAll(names);
        return new ChildCommand(words, environment, all, directory, hasInput, output);
    }

    /** The same in another working directory. */
    public ChildCommand directory(Path other) {
        return new ChildCommand(words, environment, removed, other, hasInput, output);
    }

    /** The same with an empty standard input, for a child that is to outlive this process. */
    public ChildCommand withoutInput() {
        return new ChildCommand(words, environment, removed, directory, false, output);
    }

    /** The same with its standard output elsewhere than with the reader of its lines. */
    public ChildCommand output(Redirect target) {
        return with(new Output(target, output.errors, false));
    }

    /**
     * The same with its standard error elsewhere than where this process has it.
     *
     * @throws IllegalArgumentException for a pipe, which nobody would read
     */
    public ChildCommand errors(Redirect target) {
        if (target.equals(Redirect.PIPE)) {
            throw new IllegalArgumentException(
                    "standard error cannot be a pipe, which nobody reads; name a file, or use"
                            + " outputAndErrors");
        }
        return with(new Output(output.standard, target, false));
    }

    /** The same with its standard output and standard error in one place. */
    public ChildCommand outputAndErrors(Redirect target) {
        return with(new Output(target, target, true));
    }

    private ChildCommand with(Output other) {
        return new ChildCommand(words, environment, removed, directory, hasInput, other);
    }

    /**
     * Starts it.
     *
     * @throws IOException if there is no such program, or its output cannot be written
     */
    public ChildProcess start() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectOutput(output.standard)
                        .redirectErrorStream(output.isOne);
        if (!output.isOne) {
            builder.redirectError(output.errors);
        }
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.environment().keySet().removeAll(removed);
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!hasInput) {
            process.getOutputStream().close();
        }
        return new ChildProcess(process, output.errors.file());
    }
}
