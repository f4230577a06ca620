package dev.loramill.fuzzing;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives a program inputs made by chance, each of which it must take or refuse within a bound of
 * memory. Input and seed have numbers that make the same input everywhere: {@code
 * loramill.fuzz.inputs} and {@code loramill.fuzz.seed} make a run longer, or another; {@code
 * loramill.fuzz.first} begins at an input; {@code loramill.fuzz.folder} takes what failed.
 */
public final class Fuzz {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Faults of other kinds are counted only. */
    private static final int MOST_KEPT = 10;

    /** An input that hangs is found by this; how long others take is of no interest. */
    private static final Duration HANGS = Duration.ofMinutes(2);

    private static final Duration TELLS = Duration.ofSeconds(5);

    private final String target;
    private final List<byte[]> corpus = new ArrayList<>();
    private long inputs = 1_000;
    private LongUnaryOperator mostAllocated = length -> 16L << 20;
    private double share = 1;

    private volatile long startedAt;
    private volatile long running;
    private volatile boolean isDone;
    private volatile @Nullable Throwable broken;

    private long accepted;
    private long refused;
    private long failed;
    private final Map<String, Failure> failures = new LinkedHashMap<>();

    private record Failure(String input, Throwable fault) {}

    private Fuzz(String target) {
        this.target = target;
    }

    /** A run for a target, which {@code ./loramill fuzz} knows by this name. */
    public static Fuzz target(String target) {
        return new Fuzz(target);
    }

    /** Inputs of a run that nobody set a number for. */
    public Fuzz inputs(long inputs) {
        this.inputs = inputs;
        return this;
    }

    /** Part of the inputs, where a target is several runs. */
    public Fuzz share(double share) {
        this.share = share;
        return this;
    }

    /** Most bytes that may be allocated for an input, by its length in bytes. */
    public Fuzz allocatesAtMost(LongUnaryOperator mostAllocated) {
        this.mostAllocated = mostAllocated;
        return this;
    }

    /** Inputs that are tried as they are before any is made. */
    public Fuzz corpus(List<byte[]> corpus) {
        this.corpus.addAll(corpus);
        return this;
    }

    /**
     * Makes inputs and has them judged.
     *
     * @param maker makes an input of random numbers and of nothing else
     * @throws AssertionError if an input failed; says how to repeat it
     */
    public FuzzReport run(Function<Random, byte[]> maker, FuzzJudge judge) {
        long wanted = Math.max(1, Math.round(share * Long.getLong("loramill.fuzz.inputs", inputs)));
        long seed = Long.getLong("loramill.fuzz.seed", 1);
        long first = Long.getLong("loramill.fuzz.first", 0);
        Thread worker = new Thread(() -> work(first, wanted, seed, maker, judge), "fuzz-" + target);
        worker.setDaemon(true);
        long began = System.nanoTime();
        startedAt = began;
        worker.start();
        watch(worker, first, wanted, seed, began);
        long perSecond = perSecond(accepted + refused + failed, began);
        tell(
                "%s: %,d inputs of seed %d, %,d a second: %,d accepted, %,d refused, %,d failed"
                        .formatted(target, wanted, seed, perSecond, accepted, refused, failed));
        write(
                folder().resolve("results.tsv"),
                "%s\t%d\t%d\t%d\t%d\t%d%n"
                        .formatted(target, wanted, perSecond, accepted, refused, failed)
                        .getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Throwable fault = broken;
        if (fault != null) {
            throw new AssertionError("the maker of inputs failed at input " + running, fault);
        }
        if (!failures.isEmpty()) {
            AssertionError error =
                    new AssertionError(
                            "%,d inputs failed, in %d ways: %s"
                                    .formatted(failed, failures.size(), describe()));
            failures.values().forEach(failure -> error.addSuppressed(failure.fault));
            throw error;
        }
        return new FuzzReport(wanted, accepted, refused);
    }

    private void work(
            long first, long wanted, long seed, Function<Random, byte[]> maker, FuzzJudge judge) {
        try {
            for (int i = 0; i < corpus.size(); i++) {
                judge("corpus-" + i, corpus.get(i), judge);
            }
            accepted = 0;
            refused = 0;
            for (long number = first; number < first + wanted; number++) {
                running = number;
                startedAt = System.nanoTime();
                // Of both numbers, since neighbouring seeds would give the same inputs otherwise.
                SplittableRandom random = new SplittableRandom(seed);
                byte[] input =
                        maker.apply(Random.from(new SplittableRandom(random.nextLong() + number)));
                judge("seed-%d-input-%d".formatted(seed, number), input, judge);
            }
        } catch (Throwable e) {
            broken = e;
        } finally {
            isDone = true;
        }
    }

    private void judge(String name, byte[] input, FuzzJudge judge) {
        try {
            long most = mostAllocated.applyAsLong(input.length);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            Verdict verdict = judge.judge(input.clone());
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (allocated > most) {
                // The first time may be dear for what is loaded and kept then.
                before = THREADS.getCurrentThreadAllocatedBytes();
                judge.judge(input.clone());
                allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            if (allocated > most) {
                throw new AssertionError(
                        "%,d bytes were allocated for an input of %,d bytes, allowed are %,d"
                                .formatted(allocated, input.length, most));
            }
            switch (verdict) {
                case ACCEPTED -> accepted++;
                case REFUSED -> refused++;
            }
        } catch (Throwable e) {
            fail(name, input, e);
        }
    }

    private synchronized void fail(String name, byte[] input, Throwable fault) {
        failed++;
        String kind = kindOf(fault);
        if (failures.containsKey(kind) || failures.size() == MOST_KEPT) {
            return;
        }
        failures.put(kind, new Failure(name, fault));
        Path file = folder().resolve(target + "-" + name);
        write(file, input);
        StringWriter trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        write(
                file.resolveSibling(file.getFileName() + ".txt"),
                trace.toString().getBytes(StandardCharsets.UTF_8));
        tell("%s: FAILED %s: %s; the input: %s".formatted(target, name, oneLine(fault), file));
    }

    /** Faults of one class from one place are one fault. */
    private static String kindOf(Throwable fault) {
        for (StackTraceElement element : fault.getStackTrace()) {
            if (element.getClassName().startsWith("dev.loramill.")) {
                return fault.getClass().getName() + " at " + element;
            }
        }
        return fault.getClass().getName();
    }

    private void watch(Thread worker, long first, long wanted, long seed, long began) {
        long told = began;
        while (!isDone) {
            try {
                worker.join(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while inputs are tried", e);
            }
            long now = System.nanoTime();
            if (!isDone && now - startedAt > HANGS.toNanos()) {
                AssertionError hangs =
                        new AssertionError("it has not ended after " + HANGS.toSeconds() + " s");
                hangs.setStackTrace(worker.getStackTrace());
                fail("seed-%d-input-%d".formatted(seed, running), new byte[0], hangs);
                return;
            }
            if (now - told > TELLS.toNanos()) {
                told = now;
                tell(
                        "%s: %,d of %,d inputs, %,d a second, %,d failed"
                                .formatted(
                                        target,
                                        running - first,
                                        wanted,
                                        perSecond(running - first, began),
                                        failed));
            }
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        failures.values()
                .forEach(failure ->
                        text.append(System.lineSeparator())
                                .append(failure.input)
                                .append(": ")
                                .append(oneLine(failure.fault)));
        return text.toString();
    }

    private static String oneLine(Throwable fault) {
        String text = String.valueOf(fault).replaceAll("\\s+", " ");
        return text.length() <= 300 ? text : text.substring(0, 300) + "…";
    }

    private static long perSecond(long count, long since) {
        return Math.round(count * 1e9 / Math.max(1, System.nanoTime() - since));
    }

    private static Path folder() {
        return Path.of(
                Objects.requireNonNullElse(
                        System.getProperty("loramill.fuzz.folder"), "target/fuzz"));
    }

    private static void write(Path file, byte[] bytes, StandardOpenOption... options) {
        try {
            Files.createDirectories(folder());
            Files.write(file, bytes, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On standard output, where the command looks for it. */
    private static void tell(String line) {
        System.out.println("fuzz " + line);
    }
}
