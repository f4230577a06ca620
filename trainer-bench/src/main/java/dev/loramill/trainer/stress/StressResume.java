package dev.loramill.trainer.stress;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.storage.FileDigest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kills runs at random steps and compares them with one that was left alone. */
@Command(
        name = "resume",
        description = {
            "Trains once undisturbed; then, each round, trains the same job with kill -9 at random"
                    + " moments, in every second round damages the newest checkpoint after a kill,"
                    + " and goes on until the adapter is written.",
            "Bar: in every round every loss, gradient norm and evaluation and the adapter's file are"
                    + " bit for bit those of the undisturbed run.",
            "The last line is a JSON object."
        },
        mixinStandardHelpOptions = true)
final class StressResume implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_KILLS = 3;
    private static final int ROWS = 200;
    private static final int EVAL_ROWS = 12;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Runs that are disturbed (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of rows, kills and damages (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--world-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Processes of a run; any of them is killed (${DEFAULT-VALUE}).")
    private int worldSize;

    @Option(
            names = "--precision",
            defaultValue = "bf16",
            description = "bf16 or fp32 (${DEFAULT-VALUE}).")
    private String precision = "bf16";

    @Option(names = "--base", description = "GGUF file of the base; default: a tiny made-up one.")
    private @Nullable Path base;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("loramill-stress-resume");
        try {
            return stress(spec.commandLine().getOut(), directory);
        } finally {
            delete(directory);
        }
    }

    private int stress(PrintWriter out, Path directory) throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        Path job = writeJob(directory, random);
        Path undisturbed = directory.resolve("undisturbed");
        TrainerAttempt.End whole = new TrainerAttempt(job, undisturbed, worldSize).run();
        if (whole.exitCode() != 0) {
            throw new IOException("the undisturbed run ended with " + whole.exitCode());
        }
        List<String> expected = results(undisturbed);
        out.printf(
                Locale.ROOT,
                "undisturbed: %d steps, %d results%n%-6s %-34s %-22s %s%n",
                whole.lastStep(),
                expected.size(),
                "round",
                "killed after steps",
                "went on from",
                "equal bit for bit");
        out.flush();
        int kills = 0;
        int damages = 0;
        int equal = 0;
        for (int round = 1; round <= rounds; round++) {
            Path own = directory.resolve("round-" + round);
            Round told = disturb(job, own, whole.lastStep(), round % 2 == 0, random);
            boolean isEqual = results(own).equals(expected);
            kills += told.killed().size();
            damages += told.damages();
            equal += isEqual ? 1 : 0;
            out.printf(
                    Locale.ROOT,
                    "%-6d %-34s %-22s %s%n",
                    round,
                    told.killed() + (told.damages() > 0 ? ", one damaged" : ""),
                    told.resumed(),
                    isEqual ? "yes" : "NO");
            out.flush();
            delete(own);
        }
        ObjectNode figures = JSON.createObjectNode();
        figures.put("name", "resume");
        figures.put("seed", seed);
        figures.put("precision", precision);
        figures.put("worldSize", worldSize);
        figures.put("steps", whole.lastStep());
        figures.put("rounds", rounds);
        figures.put("kills", kills);
        figures.put("damagedCheckpoints", damages);
        figures.put("equalRounds", equal);
        figures.put("ok", equal == rounds);
        out.println(JSON.writeValueAsString(figures));
        out.flush();
        return equal == rounds ? 0 : 1;
    }

    /** The steps after which a run was killed and those it went on from. */
    private record Round(List<Integer> killed, List<Integer> resumed, int damages) {}

    private Round disturb(
            Path job, Path out, int steps, boolean damagesOne, SplittableRandom random)
            throws IOException, InterruptedException {
        List<Integer> killed = new ArrayList<>();
        List<Integer> resumed = new ArrayList<>();
        int damages = 0;
        int kills = random.nextInt(1, MOST_KILLS + 1);
        TrainerAttempt attempt = new TrainerAttempt(job, out, worldSize);
        for (int i = 0; i < kills; i++) {
            int at = random.nextInt(1, steps);
            TrainerAttempt.End end = attempt.runAndKill(at, random);
            resumed.add(end.firstStep());
            if (end.exitCode() == 0) {
                // So near its end that the kill came too late.
                return new Round(killed, resumed, damages);
            }
            killed.add(end.lastStep());
            if (damagesOne && damages == 0 && damageNewest(out, random)) {
                damages++;
            }
        }
        TrainerAttempt.End end = attempt.run();
        resumed.add(end.firstStep());
        return new Round(killed, resumed, damages);
    }

    private static boolean damageNewest(Path out, SplittableRandom random) throws IOException {
        Path checkpoints = out.resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        Optional<Path> newest;
        try (Stream<Path> files = Files.list(checkpoints)) {
            newest =
                    files.filter(file -> file.toString().endsWith(".safetensors"))
                            .max(Comparator.naturalOrder());
        }
        if (newest.isEmpty()) {
            return false;
        }
        byte[] bytes = Files.readAllBytes(newest.get());
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(newest.get(), bytes);
        return true;
    }

    /** All losses as they were logged, and the adapter's digest. */
    private static List<String> results(Path out) throws IOException {
        List<String> results = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("training_log.jsonl"))) {
            switch (TrainerLine.read(line)) {
                case TrainerLine.Progressed step ->
                        results.add(
                                "step %d %s %s"
                                        .formatted(step.step(), step.loss(), step.gradientNorm()));
                case TrainerLine.Evaluated evaluated ->
                        results.add(
                                "evaluation %d %s"
                                        .formatted(evaluated.step(), evaluated.evalLoss()));
                default -> {}
            }
        }
        Path adapter = out.resolve("adapter.gguf");
        results.add(Files.exists(adapter) ? FileDigest.of(adapter) : "no adapter");
        return results;
    }

    private Path writeJob(Path directory, SplittableRandom random) throws IOException {
        Path model =
                base == null
                        ? TinyLlama.standard().write(directory.resolve("base.gguf"))
                        : base.toAbsolutePath();
        Files.write(directory.resolve("train.jsonl"), StressRows.lines(ROWS, random));
        Files.write(directory.resolve("eval.jsonl"), StressRows.lines(EVAL_ROWS, random));
        TrainerJob job =
                new TrainerJob(
                        new TrainerJob.Base(model.toString(), null),
                        List.of("train.jsonl"),
                        List.of("eval.jsonl"),
                        null,
                        new TrainerJob.Lora(4, 8.0, 0.1, null, null),
                        new TrainerJob.Optimizer(2e-3, 0.01, null, null, null, null),
                        3,
                        null,
                        2,
                        2,
                        128,
                        null,
                        false,
                        null,
                        null,
                        precision,
                        7,
                        3,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        return Files.write(directory.resolve("job.json"), job.bytes());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
