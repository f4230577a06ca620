package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufMetadata;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.llama.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loramill bench tokenizer}: how fast texts and chats become tokens. */
@Command(
        name = "tokenizer",
        description = {
            "Tokenizes texts and renders chats.",
            "Bar: every text comes back as it was, one thread tokenizes at least 1 MB/s, a chat of"
                    + " 1 KB takes at most 2 ms; with --python, the ids equal those of Hugging Face"
                    + " tokenizers."
        },
        mixinStandardHelpOptions = true)
final class TokenizerBench implements Callable<Integer> {
    private static final double LEAST_MEGABYTES_PER_SECOND = 1;
    private static final double MOST_CHAT_MICROSECONDS = 2_000;
    private static final String[] SYLLABLES = {
        "grain", "mill", "stone", "sack", "flour", "wheat", "ing", "er", "ly", "un", "re", "water",
        "ß", "é", "麦", "Rye", "OAT"
    };
    private static final String[] SIGNS = {
        " ", " ", " ", " ", ", ", ". ", "\n", "-", " 1847 ", "; "
    };

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            description = "A GGUF file; a small generated one unless given.")
    private @Nullable Path base;

    @Option(
            names = "--texts",
            paramLabel = "N",
            description = "Texts of about 1 KB, default ${DEFAULT-VALUE}.",
            defaultValue = "4000")
    private int texts;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the second measurement, default ${DEFAULT-VALUE}.",
            defaultValue = "2")
    private int threads;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the texts, default ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "A Python interpreter with tokenizers and gguf, to compare with.")
    private @Nullable Path python;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Path folder = Files.createTempDirectory("loramill-bench");
        try {
            Path file =
                    base != null ? base : TinyLlama.standard().write(folder.resolve("tiny.gguf"));
            return measure(file, folder);
        } finally {
            TemporaryFolder.delete(folder);
        }
    }

    private int measure(Path file, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        PrintWriter out = spec.commandLine().getOut();
        List<String> corpus = corpus();
        double megabytes =
                corpus.stream().mapToLong(t -> t.getBytes(StandardCharsets.UTF_8).length).sum()
                        / 1e6;
        out.printf(
                Locale.ROOT,
                "%s: %d texts, %.2f MB%n",
                file.getFileName(),
                corpus.size(),
                megabytes);
        Map<String, Object> figures = new LinkedHashMap<>();
        boolean ok = true;
        try (ChatFormat format = ChatFormat.open(file)) {
            Tokenizer tokenizer = format.tokenizer();
            encodeAll(tokenizer, corpus);
            long start = System.nanoTime();
            List<int[]> ids = encodeAll(tokenizer, corpus);
            double encoded = megabytes / seconds(start);
            start = System.nanoTime();
            boolean comesBack = true;
            for (int i = 0; i < corpus.size(); i++) {
                comesBack &= tokenizer.decode(ids.get(i)).equals(corpus.get(i));
            }
            double decoded = megabytes / seconds(start);
            double together = megabytes / timeOnThreads(tokenizer, corpus);
            double chat = chatMicroseconds(format, corpus);
            long tokens = ids.stream().mapToLong(i -> i.length).sum();
            report(out, figures, "encode_mb_per_s", encoded, "MB/s, one thread");
            report(
                    out,
                    figures,
                    "encode_mb_per_s_together",
                    together,
                    "MB/s, " + threads + " threads");
            report(out, figures, "decode_mb_per_s", decoded, "MB/s back to text, one thread");
            report(out, figures, "chat_us", chat, "µs to render, tokenize and mask a chat of 1 KB");
            report(out, figures, "bytes_per_token", megabytes * 1e6 / tokens, "bytes a token");
            figures.put("texts_come_back", comesBack);
            ok =
                    comesBack
                            && encoded >= LEAST_MEGABYTES_PER_SECOND
                            && chat <= MOST_CHAT_MICROSECONDS;
            if (python != null) {
                ok &= compare(python, file, folder, corpus, ids, figures, out);
            }
        }
        return new BenchVerdict("tokenizer", seed, figures, ok).print(out);
    }

    private static void report(
            PrintWriter out, Map<String, Object> figures, String key, double value, String what) {
        out.printf(Locale.ROOT, "%10.2f %s%n", value, what);
        out.flush();
        figures.put(key, Math.round(value * 100) / 100.0);
    }

    private List<String> corpus() {
        Random random = new Random(seed);
        List<String> corpus = new ArrayList<>();
        for (int i = 0; i < texts; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 1000) {
                for (int part = random.nextInt(3); part >= 0; part--) {
                    text.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
                }
                text.append(SIGNS[random.nextInt(SIGNS.length)]);
            }
            corpus.add(text.toString());
        }
        return corpus;
    }

    private static List<int[]> encodeAll(Tokenizer tokenizer, List<String> corpus) {
        List<int[]> ids = new ArrayList<>(corpus.size());
        for (String text : corpus) {
            ids.add(tokenizer.encode(text));
        }
        return ids;
    }

    private double timeOnThreads(Tokenizer tokenizer, List<String> corpus)
            throws InterruptedException, ExecutionException {
        int share = (corpus.size() + threads - 1) / threads;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            long start = System.nanoTime();
            List<Future<?>> parts = new ArrayList<>();
            for (int from = 0; from < corpus.size(); from += share) {
                List<String> part = corpus.subList(from, Math.min(from + share, corpus.size()));
                parts.add(pool.submit(() -> encodeAll(tokenizer, part)));
            }
            for (Future<?> part : parts) {
                part.get();
            }
            return seconds(start);
        }
    }

    private static double chatMicroseconds(ChatFormat format, List<String> corpus) {
        double[] times = new double[corpus.size()];
        for (int i = 0; i < times.length; i++) {
            String text = corpus.get(i);
            List<ChatMessage> chat =
                    List.of(
                            ChatMessage.user(text.substring(0, 300)),
                            ChatMessage.assistant(text.substring(300)));
            long start = System.nanoTime();
            format.example(chat);
            times[i] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(times);
        return times[times.length / 2];
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static boolean compare(
            Path python,
            Path file,
            Path folder,
            List<String> corpus,
            List<int[]> ids,
            Map<String, Object> figures,
            PrintWriter out)
            throws IOException, InterruptedException {
        try (GgufFile opened = GgufFile.open(file)) {
            GgufMetadata metadata = opened.metadata();
            String kind = metadata.findString("tokenizer.ggml.pre").orElse("");
            if (!kind.equals("smollm")) {
                out.println("no peer is known for tokenizers of kind \"" + kind + "\"");
                return true;
            }
        }
        Path texts = folder.resolve("texts.json");
        new com.fasterxml.jackson.databind.ObjectMapper().writeValue(texts.toFile(), corpus);
        PythonPeer.Answer answer =
                PythonPeer.run(python, "bench_tokenizer.py", file.toString(), texts.toString());
        String digest = PythonPeer.digest(ids);
        double speed = answer.number("mb_per_s");
        boolean isEqual = digest.equals(answer.text("ids_sha256"));
        report(
                out,
                figures,
                "peer_encode_mb_per_s",
                speed,
                "MB/s, Hugging Face tokenizers, one thread");
        out.println("           ids are " + (isEqual ? "equal" : "NOT EQUAL"));
        figures.put("ids_equal_peer", isEqual);
        return isEqual;
    }
}
