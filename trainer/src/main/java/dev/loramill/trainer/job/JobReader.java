package dev.loramill.trainer.job;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
        FrozenDataset.fillIn(tree, directory, faults);
        JobFields top = new JobFields("", tree, faults);
        JobFields base = top.object("base");
        JobFields lora = top.object("lora");
        JobFields optimizer = top.object("optimizer");

        Path basePath = file(base, "path", directory, faults);
        String digest = base.text("sha256", null);
        if (digest != null && !digest.matches("[0-9a-f]{64}")) {
            faults.add(
                    "base.sha256 must be 64 lower-case hexadecimal digits, got \"" + digest + '"');
        }
        List<Path> train = files(top, "train", directory, faults);
        List<Path> eval = files(top, "eval", directory, faults);
        LoraConfig adapter = lora(lora, faults);
        TrainingJob.Optimizer how =
                new TrainingJob.Optimizer(
                        optimizer.number("learningRate", 2e-4, 1e-12, 10),
                        optimizer.number("weightDecay", 0, 0, 10),
                        optimizer.optionalInteger("warmupSteps", 0),
                        optimizer.optionalNumber("warmupRatio", 0, 1),
                        optimizer.choice(
                                "schedule",
                                LearningRateSchedule.Kind.class,
                                LearningRateSchedule.Kind.LINEAR),
                        optimizer.number("gradientClip", 1, 0, 1e9));
        TrainingJob.Memory memory =
                new TrainingJob.Memory(
                        top.optionalLong("memoryLimitBytes", 64L << 20),
                        top.choice(
                                "blockCheckpointing",
                                BlockCheckpointing.class,
                                BlockCheckpointing.AUTO));
        String resume = top.text("resumeFrom", null);
        JsonNode contract = tree.get("contract");
        TrainingJob job =
                new TrainingJob(
                        basePath,
                        digest,
                        train,
                        eval,
                        adapter,
                        how,
                        top.integer("epochs", 1, 1, 1000),
                        top.optionalInteger("maxSteps", 1),
                        top.integer("batchSize", 4, 1, 4096),
                        top.integer("gradientAccumulation", 1, 1, 4096),
                        top.integer("maxLength", 512, 2, 1 << 20),
                        top.choice("overLength", OverLength.class, OverLength.ERROR),
                        top.flag("packing", true),
                        top.choice("lossOn", LossOn.class, LossOn.ASSISTANT),
                        top.choice("precision", RequestedPrecision.class, RequestedPrecision.AUTO),
                        compute(top, faults),
                        top.integer("seed", 42, 0, Integer.MAX_VALUE),
                        top.integer("evalEverySteps", 0, 0, Integer.MAX_VALUE),
                        top.integer("saveEverySteps", 0, 0, Integer.MAX_VALUE),
                        top.integer("keepCheckpoints", 2, 1, 1000),
                        top.integer("logEverySteps", 1, 1, Integer.MAX_VALUE),
                        top.flag("keepBest", true),
                        top.optionalInteger("earlyStopping", 1),
                        resume == null ? null : directory.resolve(resume),
                        top.integer(
                                "threads",
                                Math.max(1, Runtime.getRuntime().availableProcessors() / processes),
                                1,
                                MOST_THREADS),
                        memory,
                        contract == null || contract.isNull() ? null : contract.toString());
        base.refuseOthers();
        lora.refuseOthers();
        optimizer.refuseOthers();
        top.refuseOthers("contract", "dataset");
        if (!faults.isEmpty()) {
            throw new InvalidJobException(faults);
        }
        return job;
    }

    private static TrainingJob.Compute compute(JobFields top, List<String> faults) {
        String asked = top.text("device", null);
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
                top.choice("kernels", TrainingJob.Kernels.class, TrainingJob.Kernels.AUTO),
                top.number("lossScale", FIRST_LOSS_SCALE, 1, MOST_LOSS_SCALE));
    }

    private static LoraConfig lora(JobFields fields, List<String> faults) {
        int rank = fields.integer("rank", 16, 1, 256);
        double alpha = fields.number("alpha", 32, 1e-6, 1e6);
        double dropout = fields.number("dropout", 0, 0, 0.999);
        boolean isRankStabilized = fields.flag("rankStabilized", false);
        Set<LoraTarget> targets = targets(fields.texts("targets", List.of("all-linear")), faults);
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
            JobFields fields, String name, Path directory, List<String> faults) {
        List<String> names = fields.texts(name, List.of());
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

    private static Path file(JobFields fields, String name, Path directory, List<String> faults) {
        String text = fields.text(name, null);
        if (text == null) {
            faults.add(fields.name(name) + " must be the path of a file, got nothing");
            return directory;
        }
        Path path = existing(fields.name(name), text, directory, faults);
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
