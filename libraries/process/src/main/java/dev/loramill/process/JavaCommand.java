package dev.loramill.process;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The command line of another JVM, which is of the same installation as this one. */
public final class JavaCommand {
    private final List<String> prefix;
    private final List<String> options;
    private final List<String> program;
    private final List<String> arguments;

    private JavaCommand(
            List<String> prefix,
            List<String> options,
            List<String> program,
            List<String> arguments) {
        this.prefix = List.copyOf(prefix);
        this.options = List.copyOf(options);
        this.program = List.copyOf(program);
        this.arguments = List.copyOf(arguments);
    }

    /** A main class on the class path of this JVM. */
    public static JavaCommand ofMain(String mainClass) {
        return ofMain(property("java.class.path"), mainClass);
    }

    /**
     * A main class on a class path.
     *
     * @param classPath jars and directories of classes, separated as the system does
     */
    public static JavaCommand ofMain(String classPath, String mainClass) {
        return of(List.of("-cp", classPath, mainClass));
    }

    /** A runnable jar. */
    public static JavaCommand ofJar(Path jar) {
        return of(List.of("-jar", jar.toString()));
    }

    /** Nothing to run: for options with which a JVM does something else, and then ends. */
    public static JavaCommand ofClassPath(Path... classPath) {
        return of(
                List.of(
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                Stream.of(classPath).map(Path::toString).toList())));
    }

    private static JavaCommand of(List<String> program) {
        return new JavaCommand(List.of(), List.of(), program, List.of());
    }

    /** The same behind a program that runs others, such as {@code nice}. */
    public JavaCommand under(List<String> words) {
        return new JavaCommand(joined(prefix, words), options, program, arguments);
    }

    /** The same with more options of the JVM. */
    public JavaCommand options(List<String> more) {
        return new JavaCommand(prefix, joined(options, more), program, arguments);
    }

    /** The same with more options of the JVM. */
    public JavaCommand options(String... more) {
        return options(List.of(more));
    }

    /** The same with the options that this JVM was started with, but for agents. */
    public JavaCommand optionsOfThisJvm() {
        return options(
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        // A debugger's port cannot be had twice.
                        .filter(option -> !option.startsWith("-agentlib:"))
                        .filter(option -> !option.startsWith("-javaagent:"))
                        .toList());
    }

    /** The same with more arguments of the program. */
    public JavaCommand arguments(List<String> more) {
        return new JavaCommand(prefix, options, program, joined(arguments, more));
    }

    /** The same with more arguments of the program. */
    public JavaCommand arguments(String... more) {
        return arguments(List.of(more));
    }

    /** The words of the command line, from the path of the program on. */
    public List<String> words() {
        return Stream.of(
                        prefix,
                        List.of(Path.of(property("java.home"), "bin", "java").toString()),
                        options,
                        program,
                        arguments)
                .flatMap(List::stream)
                .toList();
    }

    /** The child process that the words start. */
    public ChildCommand child() {
        return ChildCommand.of(words());
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
