package dev.loramill.llama.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.gguf.GgufFile;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
                    + " tokenizers, which take turns, and ours are at least 0.9 times as fast."
        },
        mixinStandardHelpOptions = true)
final class TokenizerBench implements Callable<Integer> {
    private static final double LEAST_MEGABYTES_PER_SECOND = 1;
    private static final double MOST_CHAT_MICROSECONDS = 2_000;
    private static final double LEAST_OF_PEER = 0.9;

    /** The kind of tokenizer that the peer's script builds out of a GGUF file. */
    private static final String KIND_OF_PEER = "smollm";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private BenchOptions options;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            description = "A GGUF file; a small generated one unless given.")
    private @Nullable Path base;

    @Option(
            names = "--texts",
            paramLabel = "N",
            description = "Texts of about 1 KB, default ${DEFAULT-VALUE}.",
            defaultValue = "4000",
            converter = AtLeastOne.class)
    private int texts;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the texts, default ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    private final Map<String, Object> figures = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Path folder = Files.createTempDirectory("loramill-bench");
        try {
            Path file =
                    base != null ? base : TinyLlama.standard().write(folder.resolve("tiny.gguf"));
            List<String> corpus = SyntheticText.corpus(texts, seed);
            boolean ok;
            try (ChatFormat format = ChatFormat.open(file)) {
                ok = measure(format, file, corpus, folder);
            }
            return new BenchVerdict("tokenizer", seed, figures, ok)
                    .print(spec.commandLine().getOut());
        } finally {
            TemporaryFolder.delete(folder);
        }
    }

    private boolean measure(ChatFormat format, Path file, List<String> corpus, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        Tokenizer tokenizer = format.tokenizer();
        double megabytes =
                corpus.stream().mapToLong(t -> t.getBytes(StandardCharsets.UTF_8).length).sum()
                        / 1e6;
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s: %d texts, %.2f MB, median of %d%n",
                        file.getFileName(),
                        corpus.size(),
                        megabytes,
                        options.rounds);
        List<int[]> ids = encodeAll(tokenizer, corpus);
        double[] encoded = new double[options.rounds];
        double[] together = new double[options.rounds];
        double[] decoded = new double[options.rounds];
        double[] theirs = new double[options.rounds];
        boolean comesBack = true;
        boolean isEqual = true;
        PythonPeer peer = peer(file, corpus, folder);
        try {
            for (int round = 0; round < options.rounds; round++) {
                encoded[round] = megabytes / timeEncoding(tokenizer, corpus);
                if (peer != null) {
                    PythonPeer.Answer answer = peer.ask();
                    theirs[round] = answer.number("mb_per_s");
                    isEqual &= answer.text("ids_sha256").equals(PythonPeer.digest(ids));
                }
                together[round] = megabytes / timeOnThreads(tokenizer, corpus);
                long start = System.nanoTime();
                for (int i = 0; i < corpus.size(); i++) {
                    comesBack &= tokenizer.decode(ids.get(i)).equals(corpus.get(i));
                }
                decoded[round] = megabytes / seconds(start);
            }
        } finally {
            if (peer != null) {
                peer.close();
            }
        }
        double speed = BenchVerdict.median(encoded);
        double chat = chatMicroseconds(format, corpus);
        long tokens = ids.stream().mapToLong(i -> i.length).sum();
        report("encode_mb_per_s", speed, "MB/s, one thread");
        report(
                "encode_mb_per_s_together",
                BenchVerdict.median(together),
                "MB/s, " + options.threads + " threads");
        report(
                "decode_mb_per_s",
                BenchVerdict.median(decoded),
                "MB/s back to text, one thread, compared with what it was");
        report("chat_us", chat, "µs to render, tokenize and mask a chat of 1 KB");
        report("bytes_per_token", megabytes * 1e6 / tokens, "bytes a token");
        figures.put("texts_come_back", comesBack);
        boolean ok =
                comesBack && speed >= LEAST_MEGABYTES_PER_SECOND && chat <= MOST_CHAT_MICROSECONDS;
        if (peer != null) {
            double peerSpeed = BenchVerdict.median(theirs);
            report(
                    "peer_encode_mb_per_s",
                    peerSpeed,
                    "MB/s, Hugging Face tokenizers, one thread, ids "
                            + (isEqual ? "equal" : "NOT EQUAL"));
            figures.put("ids_equal_peer", isEqual);
            ok &= isEqual && speed >= LEAST_OF_PEER * peerSpeed;
        }
        return ok;
    }

    private void report(String key, double value, String what) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%10.2f %s%n", value, what);
        out.flush();
        figures.put(key, BenchVerdict.rounded(value));
    }

    private static List<int[]> encodeAll(Tokenizer tokenizer, List<String> corpus) {
        List<int[]> ids = new ArrayList<>(corpus.size());
        for (String text : corpus) {
            ids.add(tokenizer.encode(text));
        }
        return ids;
    }

    private static double timeEncoding(Tokenizer tokenizer, List<String> corpus) {
        long start = System.nanoTime();
        encodeAll(tokenizer, corpus);
        return seconds(start);
    }

    private double timeOnThreads(Tokenizer tokenizer, List<String> corpus)
            throws InterruptedException, ExecutionException {
        int share = Math.ceilDiv(corpus.size(), options.threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(options.threads)) {
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
        return BenchVerdict.median(times);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** The peer, warm, or null if none is wanted or it does not know this tokenizer. */
    private @Nullable PythonPeer peer(Path file, List<String> corpus, Path folder)
            throws IOException {
        if (options.python == null) {
            return null;
        }
        String kind;
        try (GgufFile opened = GgufFile.open(file)) {
            kind = opened.metadata().findString("tokenizer.ggml.pre").orElse("");
        }
        if (!kind.equals(KIND_OF_PEER)) {
            spec.commandLine()
                    .getOut()
                    .println("no peer is known for tokenizers of kind \"" + kind + "\"");
            return null;
        }
        Path list = folder.resolve("texts.json");
        new ObjectMapper().writeValue(list.toFile(), corpus);
        PythonPeer peer =
                PythonPeer.start(
                        options.python, "bench_tokenizer.py", file.toString(), list.toString());
        peer.ask();
        return peer;
    }
}
