package dev.loramill.llama.cli;

import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loads, attaches, decodes with, detaches and frees adapters beside two threads that decode, in a
 * process of its own, so that its memory is that of one library.
 *
 * <p>Arguments: the library's directory or {@code classpath}, cycles, seed. The last line is JSON.
 */
public final class AdapterCycles {
    private static final TinyLlama TINY =
            TinyLlama.standard().withTypes(GgmlType.Q8_0, GgmlType.Q8_0);
    private static final int FILES = 8;

    private AdapterCycles() {}

    /** Runs the cycles. */
    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException {
        ParentWatch.start();
        NativesSource source = NativesLookup.named(arguments[0]);
        Path folder = Files.createTempDirectory("loramill-stress");
        try {
            Path base = TINY.write(folder.resolve("base.gguf"));
            List<Path> files = new ArrayList<>();
            for (int i = 0; i < FILES; i++) {
                files.add(
                        TinyAdapter.random(TINY.hyperparameters(), Long.parseLong(arguments[2]) + i)
                                .write(folder.resolve(i + ".gguf")));
            }
            try (LlamaModel model =
                    LlamaModel.load(
                            LlamaLibrary.load(source), base, LlamaModelOptions.defaults())) {
                run(model, files, Integer.parseInt(arguments[1]));
            }
        } finally {
            TemporaryFolder.delete(folder);
        }
    }

    private static void run(LlamaModel model, List<Path> files, int cycles)
            throws IOException, InterruptedException, ExecutionException {
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(2);
                LlamaContext context = context(model)) {
            float[] expected = ProbePrompt.logits(context);
            Future<long[]> one = threads.submit(() -> decodeAlong(model, expected, stop));
            Future<long[]> other = threads.submit(() -> decodeAlong(model, expected, stop));
            long wrong = 0;
            long unchanged = 0;
            long settled = 0;
            long start = System.nanoTime();
            try {
                for (int cycle = 0; cycle < cycles; cycle++) {
                    try (LoraAdapter adapter =
                            LoraAdapter.load(model, files.get(cycle % files.size()))) {
                        context.setAdapters(List.of(new ScaledAdapter(adapter, 1f)));
                        unchanged += Arrays.equals(ProbePrompt.logits(context), expected) ? 1 : 0;
                        context.setAdapters(List.of());
                    }
                    wrong += Arrays.equals(ProbePrompt.logits(context), expected) ? 0 : 1;
                    if (cycle == cycles / 5) {
                        settled = residentKilobytes();
                    }
                }
            } finally {
                stop.set(true);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            long[] first = one.get();
            long[] second = other.get();
            System.out.printf(
                    Locale.ROOT,
                    "{\"cycles\":%d,\"seconds\":%.1f,\"wrong_after_detach\":%d,\"without_effect\":%d,"
                            + "\"decodes_beside\":%d,\"wrong_beside\":%d,\"resident_kb_settled\":%d,"
                            + "\"resident_kb_end\":%d}%n",
                    cycles,
                    seconds,
                    wrong,
                    unchanged,
                    first[0] + second[0],
                    first[1] + second[1],
                    settled,
                    residentKilobytes());
        }
    }

    private static LlamaContext context(LlamaModel model) {
        return LlamaContext.create(model, LlamaContextOptions.ofLength(256));
    }

    /** Decodes on a context of its own; the numbers of decodes and of wrong ones. */
    private static long[] decodeAlong(LlamaModel model, float[] expected, AtomicBoolean stop) {
        long count = 0;
        long wrong = 0;
        try (LlamaContext context = context(model)) {
            while (!stop.get()) {
                wrong += Arrays.equals(ProbePrompt.logits(context), expected) ? 0 : 1;
                count++;
            }
        }
        return new long[] {count, wrong};
    }

    private static long residentKilobytes() throws IOException {
        // Batches give their memory back when they are collected.
        System.gc();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("\"/proc/self/status\" has no line \"VmRSS\"");
    }
}
