package dev.loramill.worker.agent;

import dev.loramill.events.EventJson;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.process.ParentWatch;
import dev.loramill.trainer.evaluate.EvaluateCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;

/**
 * Speaks the trainer's side of the protocol without training: the seed of the job says how it
 * behaves, so that each failure can be had at will. The evaluation is the real one.
 */
public final class ScriptedTrainer {
    /** Dies at its first start, after a checkpoint. */
    static final int CRASHES_ONCE = 1;

    /** Dies at every start. */
    static final int CRASHES_ALWAYS = 2;

    /** Reports a NaN loss. */
    static final int DIVERGES = 3;

    /** Makes one step and then none until it is killed. */
    static final int HANGS = 4;

    /** Refuses its job without a word. */
    static final int REFUSES_SILENTLY = 5;

    /** Refuses its job with a line that is long and holds U+0000. */
    static final int REFUSES_AT_LENGTH = 6;

    private ScriptedTrainer() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("evaluate")) {
            List<String> rest = List.of(arguments).subList(1, arguments.length);
            System.exit(
                    new CommandLine(new EvaluateCommand()).execute(rest.toArray(String[]::new)));
        }
        ParentWatch.start();
        TrainerJob job =
                EventJson.mapper()
                        .readValue(Path.of(valueOf("--job", arguments)).toFile(), TrainerJob.class);
        Path directory = Path.of(valueOf("--out", arguments));
        int seed = Objects.requireNonNullElse(job.seed(), 0);
        if (seed == REFUSES_SILENTLY) {
            System.exit(2);
        }
        if (seed == REFUSES_AT_LENGTH) {
            System.err.println("x".repeat(100_000) + "\0 end");
            System.exit(2);
        }
        System.err.println("works for " + System.getenv(TrainerJob.ID_VARIABLE));
        Path checkpoint = directory.resolve("checkpoint-2.bin");
        boolean isResumed = Files.exists(checkpoint);
        say(
                new TrainerLine.Started(
                        4, 4, 64, 1, isResumed ? 2 : 0, "fp32", "cpu", "fused", 64, 0, 0, null));
        say(new TrainerLine.Evaluated(0, 3.5, 0.1, 33, 8));
        for (int step = isResumed ? 3 : 1; step <= 4; step++) {
            say(
                    new TrainerLine.Progressed(
                            step,
                            4,
                            3.0 / step,
                            0.001,
                            1.0,
                            null,
                            100,
                            step * 64L,
                            1000,
                            1,
                            Map.of()));
            if (seed == DIVERGES && step == 2) {
                say(
                        new TrainerLine.Failed(
                                TrainerLine.Fault.INVALID_INPUT, "loss is NaN at step 2"));
                System.exit(3);
            }
            if (seed == HANGS) {
                Thread.sleep(600_000);
            }
            if (step == 2) {
                Files.writeString(checkpoint, "step 2");
                say(new TrainerLine.Checkpointed(2, "checkpoint-2.bin", ""));
                if (seed == CRASHES_ALWAYS || seed == CRASHES_ONCE) {
                    Runtime.getRuntime().halt(137);
                }
            }
            if (seed == CRASHES_ALWAYS) {
                Runtime.getRuntime().halt(137);
            }
        }
        ModelHyperparameters base;
        try (GgufFile file = GgufFile.open(basePath(job))) {
            base = ModelHyperparameters.read(file);
        }
        TinyAdapter.random(base, 5).write(directory.resolve("adapter.gguf"));
        Files.createDirectories(directory.resolve("peft"));
        Files.writeString(directory.resolve("peft/adapter_config.json"), "{}");
        say(new TrainerLine.Evaluated(4, 2.5, 0.3, 12, 8));
        say(new TrainerLine.Finished("adapter.gguf", "", "peft", 3.5, 2.5, 4, 4, 256, 1.5, 1000));
    }

    private static Path basePath(TrainerJob job) {
        return Path.of(
                Objects.requireNonNull(Objects.requireNonNull(job.base(), "base").path(), "path"));
    }

    private static String valueOf(String option, String[] arguments) {
        return arguments[List.of(arguments).indexOf(option) + 1];
    }

    private static void say(TrainerLine line) {
        System.out.println(line.toJson());
    }
}
