package dev.loramill.llama.cli;

import dev.loramill.llama.binding.LlamaCapabilities;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.FetchNatives;
import dev.loramill.llama.natives.NativesException;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.natives.Platform;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loramill natives show|fetch}. */
@Command(
        name = "natives",
        description = "Say which llama.cpp library is used, and fetch the current build.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class NativesCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Command(
            name = "show",
            description = "Load the library that this machine uses, and say what it can do.",
            mixinStandardHelpOptions = true)
    int show() {
        NativesSource source = NativesLookup.find();
        LlamaCapabilities library = LlamaLibrary.load(source).capabilities();
        Platform platform = Platform.current();
        line("library", library.name() + " " + library.version());
        line("source", source.describe());
        line(
                "platform",
                platform.label() + (platform.isTried() ? "" : ", which Loramill was never run on"));
        line("decoding", library.parallelDecode() ? "contexts at once" : "one context at a time");
        line(
                "adapters",
                library.loraBaseTypes().stream()
                        .map(GgmlType::name)
                        .sorted()
                        .collect(Collectors.joining(", ", "on weights of ", "")));
        return 0;
    }

    private void line(String what, String value) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%-9s %s%n", what, value);
    }

    @Command(
            name = "fetch",
            description = {
                "Fetch the current build with npm pack, which runs no scripts, check it against its"
                        + " pins and put it into natives/PLATFORM of Loramill's home."
            },
            mixinStandardHelpOptions = true)
    int fetch(
            @Option(
                            names = "--platform",
                            paramLabel = "NAME",
                            description =
                                    "One of linux-x64, linux-arm64, mac-arm64, mac-x64, win-x64,"
                                            + " win-arm64; this machine's unless given.")
                    @Nullable String name,
            @Option(
                            names = "--home",
                            paramLabel = "DIR",
                            description =
                                    "Loramill's home; LORAMILL_HOME or the nearest .loramill unless"
                                            + " given.")
                    @Nullable Path home,
            @Option(
                            names = "--archive",
                            paramLabel = "FILE",
                            description = "The package's archive, instead of having npm fetch it.")
                    @Nullable Path archive)
            throws IOException, InterruptedException {
        Platform platform = name == null ? Platform.current() : platform(name);
        PrintWriter out = spec.commandLine().getOut();
        try {
            new FetchNatives(platform, home == null ? NativesLookup.home() : home, out)
                    .fetch(archive);
            return 0;
        } catch (IOException | NativesException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("The current llama.cpp build is not available: " + e.getMessage());
            err.println(
                    platform.hasJavaLlama()
                            ? "Until it is, nothing runs models. Bring the package by --archive FILE, or ask for java-llama.cpp's older library by %s=%s."
                                    .formatted(NativesLookup.VARIABLE, NativesLookup.CLASS_PATH)
                            : "There is no other library for " + platform.label() + ".");
            return 1;
        }
    }

    private Platform platform(String name) {
        return Platform.ofLabel(name)
                .orElseThrow(() ->
                        new ParameterException(
                                java.util.Objects.requireNonNull(spec.subcommands().get("fetch")),
                                "--platform must be one of %s, got \"%s\""
                                        .formatted(Platform.supported(), name)));
    }
}
