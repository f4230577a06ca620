package dev.loramill.llama.cli;

import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.NativeCallException;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.natives.NativesLookup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Gives an adapter to native code without any check and says what came of it, in a process of its
 * own that may well end by that: the reason why {@link LoraAdapter#load} checks.
 *
 * <p>Arguments: the library's directory or {@code classpath}, the base, the adapter. Prints one
 * line: {@code refused REASON}, or {@code accepted WHAT}.
 */
final class UncheckedTrial {
    private UncheckedTrial() {}

    /** Runs the trial. */
    public static void main(String[] arguments) throws IOException {
        LlamaLibrary library = LlamaLibrary.load(NativesLookup.named(arguments[0]));
        try (LlamaModel model =
                LlamaModel.load(library, Path.of(arguments[1]), LlamaModelOptions.defaults())) {
            System.out.println(run(model, Path.of(arguments[2])));
        }
    }

    private static String run(LlamaModel model, Path file) throws IOException {
        try (LlamaContext context = LlamaContext.create(model, LlamaContextOptions.ofLength(256));
                LoraAdapter adapter = LoraAdapter.loadUnchecked(model, file)) {
            float[] base = ProbePrompt.logits(context);
            context.setAdapters(List.of(new ScaledAdapter(adapter, 1f)));
            float[] adapted = ProbePrompt.logits(context);
            context.setAdapters(List.of());
            if (!Arrays.equals(ProbePrompt.logits(context), base)) {
                return "accepted, and the base is changed after detach";
            }
            for (float logit : adapted) {
                if (!Float.isFinite(logit)) {
                    return "accepted, logits are not finite";
                }
            }
            return Arrays.equals(adapted, base)
                    ? "accepted, changes nothing"
                    : "accepted, changes the logits";
        } catch (NativeCallException e) {
            return "refused: " + e.getMessage();
        }
    }
}
