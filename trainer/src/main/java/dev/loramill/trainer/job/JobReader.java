package dev.loramill.trainer.job;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.EventJson;
import dev.loramill.events.trainer.TrainerJob;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.trainer.job.TrainingJob.BlockCheckpointing;
import dev.loramill.trainer.job.TrainingJob.LossOn;
import dev.loramill.trainer.job.TrainingJob.OverLength;
import dev.loramill.trainer.job.TrainingJob.RequestedPrecision;
import dev.loramill.trainer.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a job from JSON; relative paths are those of the job file's directory. */
public final class JobReader {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_THREADS = 256;
    private static final double FIRST_LOSS_SCALE = 1 << 16;
    private static final double MOST_LOSS_SCALE = 1 << 24;
    private static final int DEFAULT_MAX_LENGTH = 512;
    private static final TrainerJob.Base NO_BASE = new TrainerJob.Base(null, null);
    private static final TrainerJob.Lora DEFAULT_LORA =
            new TrainerJob.Lora(null, null, null, null, null);
    private static final TrainerJob.Optimizer DEFAULT_OPTIMIZER =
            new TrainerJob.Optimizer(null, null, null, null, null, null);

    private JobReader() {}

    /**
     * Reads a job file for a run of one process.
     *
     * @throws InvalidJobException naming every fault
     * @throws IOException if the file cannot be read
     */
    public static TrainingJob read(Path file) throws IOException {
        return read(file, 1, JobOverrides.NONE);
    }

    /**
     * Reads a job file.
     *
     * @param processes how many share the machine's cores, if the job does not give the threads
     * @param overrides what replaces fields of the file
     * @throws InvalidJobException naming every fault
     * @throws IOException if the file cannot be read
     */
    public static TrainingJob read(Path file, int processes, JobOverrides overrides)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InvalidJobException("job file \"" + file + "\" does not exist");
        }
        JsonNode tree;
        try {
            tree = JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new InvalidJobException(
                    "job file \"" + file + "\" is not JSON: " + e.getOriginalMessage());
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new InvalidJobException("job file \"" + file + "\" must hold one JSON object");
        }
        overrides.applyTo(object);
        Path parent = file.toAbsolutePath().getParent();
        return parse(object, parent == null ? file.toAbsolutePath() : parent, processes);
    }

    private static TrainingJob parse(ObjectNode tree, Path directory, int processes)
            throws IOException {
        List<String> faults = new ArrayList<>();
        JobShape shape = JobShape.of(tree, faults);
        TrainerJob job = shape.job();
        JobFields fields = new JobFields(shape.wrong(), faults);
        fields.object("base");
        fields.object("lora");
        fields.object("optimizer");

        TrainerJob.Base base = job.base() == null ? NO_BASE : job.base();
        Path basePath = file("base.path", fields.text("base.path", base.path()), directory, faults);
        String digest = fields.text("base.sha256", base.sha256());
        if (digest != null && !digest.matches("[0-9a-f]{64}")) {
            faults.add(
                    "base.sha256 must be 64 lower-case hexadecimal digits, got \"" + digest + '"');
        }
        FrozenDataset frozen =
                frozen(fields.text("dataset", job.dataset()), job, directory, faults);
        List<Path> train =
                frozen == null
                        ? files(
                                "train",
                                fields.texts("train", job.train(), List.of()),
                                directory,
                                faults)
                        : List.of(frozen.train());
        List<Path> eval =
                frozen == null
                        ? files(
                                "eval",
                                fields.texts("eval", job.eval(), List.of()),
                                directory,
                                faults)
                        : List.of(frozen.eval());
        int longest = frozen == null ? DEFAULT_MAX_LENGTH : frozen.manifest().maxTokens();
        OverLength policy =
                frozen == null
                        ? OverLength.ERROR
                        : OverLength.valueOf(frozen.manifest().overLength().name());
        String resume = fields.text("resumeFrom", job.resumeFrom());
        TrainingJob result =
                new TrainingJob(
                        basePath,
                        digest,
                        train,
                        eval,
                        lora(job.lora() == null ? DEFAULT_LORA : job.lora(), fields, faults),
                        optimizer(
                                job.optimizer() == null ? DEFAULT_OPTIMIZER : job.optimizer(),
                                fields),
                        fields.integer("epochs", job.epochs(), 1, 1, 1000),
                        fields.optionalInteger("maxSteps", job.maxSteps(), 1),
                        fields.integer("batchSize", job.batchSize(), 4, 1, 4096),
                        fields.integer(
                                "gradientAccumulation", job.gradientAccumulation(), 1, 1, 4096),
                        fields.integer("maxLength", job.maxLength(), longest, 2, 1 << 20),
                        fields.choice("overLength", job.overLength(), policy),
                        fields.flag("packing", job.packing(), true),
                        fields.choice("lossOn", job.lossOn(), LossOn.ASSISTANT),
                        fields.choice("precision", job.precision(), RequestedPrecision.AUTO),
                        compute(job, fields, faults),
                        fields.integer("seed", job.seed(), 42, 0, Integer.MAX_VALUE),
                        fields.integer(
                                "evalEverySteps", job.evalEverySteps(), 0, 0, Integer.MAX_VALUE),
                        fields.integer(
                                "saveEverySteps", job.saveEverySteps(), 0, 0, Integer.MAX_VALUE),
                        fields.integer("keepCheckpoints", job.keepCheckpoints(), 2, 1, 1000),
                        fields.integer(
                                "logEverySteps", job.logEverySteps(), 1, 1, Integer.MAX_VALUE),
                        fields.flag("keepBest", job.keepBest(), true),
                        fields.optionalInteger("earlyStopping", job.earlyStopping(), 1),
                        resume == null ? null : directory.resolve(resume),
                        fields.integer(
                                "threads",
                                job.threads(),
                                Math.max(1, Runtime.getRuntime().availableProcessors() / processes),
                                1,
                                MOST_THREADS),
                        new TrainingJob.Memory(
                                fields.optionalLong(
                                        "memoryLimitBytes", job.memoryLimitBytes(), 64L << 20),
                                fields.choice(
                                        "blockCheckpointing",
                                        job.blockCheckpointing(),
                                        BlockCheckpointing.AUTO)),
                        contract(job, frozen));
        if (!faults.isEmpty()) {
            throw new InvalidJobException(faults);
        }
        return result;
    }

    private static @Nullable FrozenDataset frozen(
            @Nullable String dataset, TrainerJob job, Path directory, List<String> faults)
            throws IOException {
        if (dataset == null) {
            return null;
        }
        if (job.train() != null || job.eval() != null) {
            faults.add("dataset gives train and eval, so they must be left out");
        }
        Optional<FrozenDataset> frozen = FrozenDataset.open(directory.resolve(dataset), faults);
        if (frozen.isEmpty()) {
            // Nothing can be said of rows that are not known.
            throw new InvalidJobException(faults);
        }
        return frozen.get();
    }

    private static @Nullable String contract(TrainerJob job, @Nullable FrozenDataset frozen) {
        JsonNode given = job.contract();
        if (given != null && !given.isNull()) {
            return given.toString();
        }
        return frozen == null
                ? null
                : EventJson.mapper().valueToTree(frozen.manifest().contract()).toString();
    }

    private static TrainingJob.Optimizer optimizer(TrainerJob.Optimizer job, JobFields fields) {
        return new TrainingJob.Optimizer(
                fields.number("optimizer.learningRate", job.learningRate(), 2e-4, 1e-12, 10),
                fields.number("optimizer.weightDecay", job.weightDecay(), 0, 0, 10),
                fields.optionalInteger("optimizer.warmupSteps", job.warmupSteps(), 0),
                fields.optionalNumber("optimizer.warmupRatio", job.warmupRatio(), 0, 1),
                fields.choice(
                        "optimizer.schedule", job.schedule(), LearningRateSchedule.Kind.LINEAR),
                fields.number("optimizer.gradientClip", job.gradientClip(), 1, 0, 1e9));
    }

    private static TrainingJob.Compute compute(
            TrainerJob job, JobFields fields, List<String> faults) {
        String asked = fields.text("device", job.device());
        RequestedDevice device = RequestedDevice.AUTO;
        if (asked != null) {
            Optional<RequestedDevice> parsed = RequestedDevice.parse(asked);
            if (parsed.isEmpty()) {
                faults.add(
                        "device must be one of "
                                + RequestedDevice.ALLOWED
                                + ", got \""
                                + asked
                                + '"');
            }
            device = parsed.orElse(RequestedDevice.AUTO);
        }
        return new TrainingJob.Compute(
                device,
                fields.choice("kernels", job.kernels(), TrainingJob.Kernels.AUTO),
                fields.number("lossScale", job.lossScale(), FIRST_LOSS_SCALE, 1, MOST_LOSS_SCALE));
    }

    private static LoraConfig lora(TrainerJob.Lora job, JobFields fields, List<String> faults) {
        int rank = fields.integer("lora.rank", job.rank(), 16, 1, 256);
        double alpha = fields.number("lora.alpha", job.alpha(), 32, 1e-6, 1e6);
        double dropout = fields.number("lora.dropout", job.dropout(), 0, 0, 0.999);
        boolean isRankStabilized = fields.flag("lora.rankStabilized", job.rankStabilized(), false);
        Set<LoraTarget> targets =
                targets(fields.texts("lora.targets", job.targets(), List.of("all-linear")), faults);
        return new LoraConfig(
                rank,
                alpha,
                dropout,
                isRankStabilized,
                targets.isEmpty() ? EnumSet.allOf(LoraTarget.class) : targets);
    }

    private static Set<LoraTarget> targets(List<String> names, List<String> faults) {
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        for (String name : names) {
            if (name.equals("all-linear")) {
                return EnumSet.allOf(LoraTarget.class);
            }
            Optional<LoraTarget> target = target(name);
            if (target.isEmpty()) {
                faults.add(
                        "lora.targets must be of q, k, v, o, gate, up, down, all-linear, got \""
                                + name
                                + "\", which matches nothing");
            }
            target.ifPresent(targets::add);
        }
        if (names.isEmpty()) {
            faults.add("lora.targets must name at least one of q, k, v, o, gate, up, down");
        }
        return targets;
    }

    private static Optional<LoraTarget> target(String name) {
        String plain = name.endsWith("_proj") ? name.substring(0, name.length() - 5) : name;
        for (LoraTarget target : LoraTarget.values()) {
            if (target.name().toLowerCase(Locale.ROOT).equals(plain)) {
                return Optional.of(target);
            }
        }
        return LoraTarget.ofGgufName(name);
    }

    private static List<Path> files(
            String name, List<String> names, Path directory, List<String> faults) {
        if (names.isEmpty()) {
            faults.add(name + " must name at least one file of rows");
        }
        List<Path> paths = new ArrayList<>();
        for (String text : names) {
            Path path = existing(name, text, directory, faults);
            if (path != null) {
                paths.add(path);
            }
        }
        return List.copyOf(paths);
    }

    private static Path file(
            String name, @Nullable String text, Path directory, List<String> faults) {
        if (text == null) {
            faults.add(name + " must be the path of a file, got nothing");
            return directory;
        }
        Path path = existing(name, text, directory, faults);
        return path == null ? directory : path;
    }

    private static @Nullable Path existing(
            String name, String text, Path directory, List<String> faults) {
        Path path = directory.resolve(text);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            faults.add(name + " \"" + path + "\" is not a readable file");
            return null;
        }
        return path;
    }
}
