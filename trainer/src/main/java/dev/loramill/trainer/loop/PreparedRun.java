package dev.loramill.trainer.loop;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.quantization.Dequantizer;
import dev.loramill.llama.template.BaseIdentity;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.trainer.data.BatchPlan;
import dev.loramill.trainer.data.ChatRowReader;
import dev.loramill.trainer.data.Document;
import dev.loramill.trainer.data.EncodedRows;
import dev.loramill.trainer.device.ComputeChoice;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.model.GgufWeights;
import dev.loramill.trainer.model.UnsupportedBaseException;
import dev.loramill.trainer.parallel.Share;
import dev.loramill.trainer.storage.FileDigest;
import dev.loramill.trainer.tensor.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A job whose inputs were all checked: base, rows, batches and memory. Nothing has been written and
 * no matrix allocated.
 *
 * @param job what was asked for
 * @param share which part of each step this process takes
 * @param weights the open base; closed with this
 * @param baseSha256 digest of its file
 * @param identity what serving must find equal in the base
 * @param train rows that are trained on
 * @param eval rows held out
 * @param plan the steps of training
 * @param evalPlan the batches of an evaluation
 * @param totalSteps optimizer steps to take
 * @param compute where and in which precision it computes
 * @param memory how memory is used
 */
public record PreparedRun(
        TrainingJob job,
        Share share,
        GgufWeights weights,
        String baseSha256,
        BaseIdentity identity,
        EncodedRows train,
        EncodedRows eval,
        BatchPlan plan,
        BatchPlan evalPlan,
        int totalSteps,
        ComputeChoice compute,
        MemoryPlan memory)
        implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Prepares a run of one process.
     *
     * @throws InvalidJobException if the job cannot be run
     * @throws IOException if a file cannot be read
     */
    public static PreparedRun of(TrainingJob job) throws IOException {
        return of(job, Share.WHOLE);
    }

    /**
     * Checks everything that can be checked before the first step.
     *
     * @throws InvalidJobException if the job cannot be run
     * @throws IOException if a file cannot be read
     */
    public static PreparedRun of(TrainingJob job, Share share) throws IOException {
        GgufWeights weights;
        try {
            weights = openBase(job);
        } catch (InvalidGgufException e) {
            throw new InvalidJobException(
                    "base \"" + job.base() + "\" is not a sound GGUF file: " + e.getMessage());
        } catch (UnsupportedBaseException e) {
            throw new InvalidJobException("base \"" + job.base() + "\": " + e.getMessage());
        }
        boolean isDone = false;
        try {
            PreparedRun run = prepare(job, share, weights);
            isDone = true;
            // The rows' text is garbage by now; its memory goes back before matrices ask for more.
            System.gc();
            return run;
        } catch (UnsupportedBaseException | InvalidGgufException e) {
            throw new InvalidJobException("base \"" + job.base() + "\": " + e.getMessage());
        } finally {
            if (!isDone) {
                weights.close();
            }
        }
    }

    private static GgufWeights openBase(TrainingJob job) throws IOException {
        GgufFile file = GgufFile.open(job.base());
        boolean isDone = false;
        try {
            for (GgufTensor tensor : file.tensors()) {
                if (!Dequantizer.supports(tensor.type())) {
                    throw new InvalidJobException(
                            "base \""
                                    + job.base()
                                    + "\": tensor \""
                                    + tensor.name()
                                    + "\" of type "
                                    + tensor.type()
                                    + " is not supported; allowed: "
                                    + Arrays.stream(GgmlType.values())
                                            .filter(Dequantizer::supports)
                                            .map(GgmlType::name)
                                            .collect(Collectors.joining(", ")));
                }
            }
            GgufWeights weights = new GgufWeights(file);
            isDone = true;
            return weights;
        } finally {
            if (!isDone) {
                file.close();
            }
        }
    }

    private static PreparedRun prepare(TrainingJob job, Share share, GgufWeights weights)
            throws IOException {
        ComputeChoice compute = ComputeChoice.of(job, share.rank());
        List<String> faults = new ArrayList<>();
        String digest = FileDigest.of(job.base());
        if (job.baseSha256() != null && !job.baseSha256().equals(digest)) {
            faults.add(
                    "base \""
                            + job.base()
                            + "\" must have digest "
                            + job.baseSha256()
                            + ", has "
                            + digest);
        }
        int contextLength = weights.shape().contextLength();
        if (job.maxLength() > contextLength) {
            faults.add(
                    "maxLength must be at most the base's context length "
                            + contextLength
                            + ", got "
                            + job.maxLength());
        }
        BaseIdentity identity;
        EncodedRows train;
        EncodedRows eval;
        try (ChatFormat format = ChatFormat.open(job.base())) {
            identity = BaseIdentity.of(job.base(), format);
            faults.addAll(contractFaults(job.contract(), digest, identity));
            if (!faults.isEmpty()) {
                throw new InvalidJobException(faults);
            }
            train = encode(job, job.train(), format);
            eval = encode(job, job.eval(), format);
        } catch (TemplateException e) {
            throw new InvalidJobException(
                    "base \"" + job.base() + "\" has no usable chat template: " + e.getMessage());
        }
        int wholeBatch = job.batchSize() * share.size();
        BatchPlan plan =
                BatchPlan.training(
                        train.documents(),
                        new BatchPlan.Options(
                                job.epochs(),
                                wholeBatch,
                                job.gradientAccumulation(),
                                job.maxLength(),
                                job.isPacked(),
                                job.seed()));
        BatchPlan evalPlan =
                BatchPlan.evaluation(eval.documents(), wholeBatch, job.maxLength(), job.isPacked());
        int totalSteps = Math.min(plan.stepCount(), job.maxSteps().orElse(Integer.MAX_VALUE));
        MemoryPlan memory =
                MemoryPlan.choose(
                        job,
                        share.size(),
                        weights,
                        compute,
                        BatchSizes.of(train, eval, plan, evalPlan, totalSteps, share.size()));
        return new PreparedRun(
                job,
                share,
                weights,
                digest,
                identity,
                train,
                eval,
                plan,
                evalPlan,
                totalSteps,
                compute,
                memory);
    }

    private static EncodedRows encode(
            TrainingJob job, List<java.nio.file.Path> files, ChatFormat format) throws IOException {
        return EncodedRows.of(
                ChatRowReader.read(files), format, job.maxLength(), job.overLength(), job.lossOn());
    }

    private static List<String> contractFaults(
            @org.jspecify.annotations.Nullable String contract,
            String baseSha256,
            BaseIdentity identity) {
        List<String> faults = new ArrayList<>();
        if (contract == null) {
            return faults;
        }
        try {
            JsonNode tree = JSON.readTree(contract);
            compare(faults, tree, "baseDigest", baseSha256);
            compare(faults, tree, "architecture", identity.architecture());
            compare(faults, tree, "vocabularySize", String.valueOf(identity.vocabularySize()));
            compare(faults, tree, "tokenizerDigest", identity.tokenizerDigest());
            compare(faults, tree, "chatTemplateDigest", identity.chatTemplateDigest());
            compare(faults, tree, "templateDate", identity.templateDate());
            compare(faults, tree, "bosCount", String.valueOf(identity.beginningCount()));
            compare(faults, tree, "endOfTurnToken", String.valueOf(identity.endOfTurnToken()));
        } catch (JacksonException e) {
            faults.add("contract is not JSON: " + e.getOriginalMessage());
        }
        return faults;
    }

    private static void compare(List<String> faults, JsonNode tree, String field, String actual) {
        JsonNode value = tree.get(field);
        if (value != null && !value.isNull() && !value.asText().equals(actual)) {
            faults.add(
                    "contract."
                            + field
                            + " is \""
                            + value.asText()
                            + "\", the base has \""
                            + actual
                            + "\": the rows were frozen for another base");
        }
    }

    /** Format of weights and activations. */
    public Precision precision() {
        return compute.precision();
    }

    /**
     * Digest of all that the losses depend on; equal in a run and its continuation. How many
     * processes share the batch, and with how many threads, changes the losses by rounding only and
     * is left out.
     */
    public String fingerprint() {
        MessageDigest digest = FileDigest.sha256();
        List<Object> parts =
                List.of(
                        baseSha256,
                        job.lora(),
                        job.optimizer(),
                        job.epochs(),
                        totalSteps,
                        job.batchSize() * share.size(),
                        job.gradientAccumulation(),
                        job.maxLength(),
                        job.isPacked(),
                        precision() == Precision.FLOAT16
                                ? precision() + " " + job.compute().firstLossScale()
                                : precision(),
                        job.seed());
        for (Object part : parts) {
            digest.update((part + "\n").getBytes(StandardCharsets.UTF_8));
        }
        for (EncodedRows rows : List.of(train, eval)) {
            for (Document document : rows.documents()) {
                document.update(digest);
            }
        }
        return FileDigest.hex(digest);
    }

    @Override
    public void close() {
        weights.close();
    }
}
