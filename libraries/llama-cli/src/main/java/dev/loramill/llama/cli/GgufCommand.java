package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.BaseOutcome;
import dev.loramill.llama.gguf.BaseValidator;
import dev.loramill.llama.gguf.GgufFault;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.gguf.LoraAdapterFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loramill gguf show|validate}. */
@Command(
        name = "gguf",
        description = "Look into GGUF files and check them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class GgufCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            name = "show",
            description = "Print metadata and tensors of a GGUF file.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "FILE", description = "A GGUF file.") Path path,
            @Option(
                            names = "--full",
                            description = "Print long strings and arrays in full.",
                            defaultValue = "false")
                    boolean full)
            throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            new GgufDescription(file, full).print(out());
        }
        return 0;
    }

    @Command(
            name = "validate",
            description =
                    "Check that a base model, or an adapter with --base, is safe to load. Exit code"
                            + " 1 if it is refused.",
            mixinStandardHelpOptions = true)
    int validate(
            @Parameters(paramLabel = "FILE", description = "A GGUF file.") Path path,
            @Option(
                            names = "--base",
                            paramLabel = "FILE",
                            description = "The base model that an adapter was trained on.")
                    @Nullable Path base)
            throws IOException {
        if (base == null && isAdapter(path)) {
            throw new ParameterException(
                    Objects.requireNonNull(spec.subcommands().get("validate")),
                    "\"" + path + "\" is an adapter: name its base model with --base FILE");
        }
        return base == null ? validateBase(path) : validateAdapter(path, base);
    }

    private static boolean isAdapter(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            return file.metadata()
                    .find(LoraAdapterFile.TYPE_KEY)
                    .equals(Optional.of(GgufValue.text("adapter")));
        } catch (InvalidGgufException e) {
            // The check as a base tells what is wrong.
            return false;
        }
    }

    private int validateBase(Path path) throws IOException {
        return switch (BaseValidator.validate(path)) {
            case BaseOutcome.Accepted(var model) -> {
                out().println("accepted: " + path);
                out().println("  " + GgufDescription.describe(model));
                yield 0;
            }
            case BaseOutcome.Refused(List<GgufFault> faults) -> refused(path, faults);
        };
    }

    private int validateAdapter(Path path, Path base) throws IOException {
        return switch (BaseValidator.validate(base)) {
            case BaseOutcome.Refused(List<GgufFault> faults) -> refused(base, faults);
            case BaseOutcome.Accepted(var model) ->
                    switch (new AdapterValidator(model).validate(path)) {
                        case AdapterOutcome.Accepted(var adapter) -> {
                            out().println("accepted: " + path);
                            out().println(
                                            "  LoRA for %s, rank %d, alpha %s, %d weights: %s%s"
                                                    .formatted(
                                                            adapter.architecture(),
                                                            adapter.rank(),
                                                            adapter.alpha(),
                                                            adapter.pairCount(),
                                                            adapter.targets(),
                                                            adapter.changesOutput()
                                                                    ? " and the output head"
                                                                    : ""));
                            yield 0;
                        }
                        case AdapterOutcome.Refused(List<GgufFault> faults) ->
                                refused(path, faults);
                    };
        };
    }

    private int refused(Path path, List<GgufFault> faults) {
        out().println("refused: " + path);
        faults.forEach(fault -> out().println("  " + fault));
        return 1;
    }
}
