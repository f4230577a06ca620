package dev.loramill.trainer.export;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.storage.AtomicFile;
import dev.loramill.trainer.storage.FileDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What an adapter was made of, for machines ({@code manifest.json}) and for people (a model card).
 *
 * @param run the run that made it
 * @param result how it ended
 */
public record RunManifest(PreparedRun run, TrainerLine.Finished result) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Writes the manifest. */
    public void writeJson(Path path) throws IOException {
        TrainingJob job = run.job();
        ObjectNode manifest = JSON.createObjectNode();
        ObjectNode base = manifest.putObject("base");
        base.put("sha256", run.baseSha256());
        base.put("architecture", run.identity().architecture());
        base.put("quantization", run.identity().quantization());
        manifest.set("contract", contract());
        ObjectNode rows = manifest.putObject("rows");
        rows.set("train", files(job.train()));
        rows.set("eval", files(job.eval()));
        rows.put("trainRows", run.train().documents().size());
        rows.put("trainTokens", run.train().tokenCount());
        rows.put("evalRows", run.eval().documents().size());
        rows.put("droppedRows", run.train().droppedCount() + run.eval().droppedCount());
        rows.put("truncatedRows", run.train().truncatedCount() + run.eval().truncatedCount());
        rows.put("unlearntRows", run.train().unlearntCount() + run.eval().unlearntCount());
        ObjectNode lora = manifest.putObject("lora");
        lora.put("rank", job.lora().rank());
        lora.put("alpha", job.lora().alpha());
        lora.put("dropout", job.lora().dropout());
        lora.put("rankStabilized", job.lora().isRankStabilized());
        ArrayNode targets = lora.putArray("targets");
        job.lora().targets().forEach(target -> targets.add(lower(target)));
        ObjectNode how = manifest.putObject("hyperparameters");
        how.put("learningRate", job.optimizer().learningRate());
        how.put("weightDecay", job.optimizer().weightDecay());
        how.put("warmupSteps", job.optimizer().scheduleOf(run.totalSteps()).warmupSteps());
        how.put("schedule", lower(job.optimizer().schedule()));
        how.put("gradientClip", job.optimizer().gradientClip());
        how.put("epochs", job.epochs());
        how.put("totalSteps", run.totalSteps());
        how.put("batchSize", job.batchSize());
        how.put("worldSize", run.share().size());
        how.put("gradientAccumulation", job.gradientAccumulation());
        how.put("maxLength", job.maxLength());
        how.put("overLength", lower(job.overLength()));
        how.put("packing", job.isPacked());
        how.put("lossOn", lower(job.lossOn()));
        how.put("precision", run.precision().label());
        how.put("device", run.compute().device().label());
        how.put("kernels", run.compute().kernels());
        how.put("seed", job.seed());
        how.put("threads", job.threads());
        how.put("fingerprint", run.fingerprint());
        manifest.set("result", JSON.valueToTree(result));
        manifest.put("java", Runtime.version().toString());
        AtomicFile.write(
                path, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n");
    }

    /** The contract of the job; without one, what the base itself says. */
    private ObjectNode contract() throws JacksonException {
        String given = run.job().contract();
        if (given != null && JSON.readTree(given) instanceof ObjectNode tree) {
            return tree;
        }
        ObjectNode contract = JSON.createObjectNode();
        contract.put("baseDigest", run.baseSha256());
        contract.put("baseQuantization", run.identity().quantization());
        contract.put("architecture", run.identity().architecture());
        contract.put("vocabularySize", run.identity().vocabularySize());
        contract.put("tokenizerDigest", run.identity().tokenizerDigest());
        contract.put("chatTemplateDigest", run.identity().chatTemplateDigest());
        contract.put("templateDate", run.identity().templateDate());
        contract.put("bosCount", run.identity().beginningCount());
        contract.put("endOfTurnToken", run.identity().endOfTurnToken());
        return contract;
    }

    private static ArrayNode files(List<Path> paths) throws IOException {
        ArrayNode files = JSON.createArrayNode();
        for (Path path : paths) {
            ObjectNode file = files.addObject();
            file.put("name", String.valueOf(path.getFileName()));
            file.put("sha256", FileDigest.of(path));
        }
        return files;
    }

    /** Writes the model card. */
    public void writeCard(Path path) throws IOException {
        TrainingJob job = run.job();
        String card =
                """
                ---
                library_name: peft
                tags:
                - lora
                ---
                # LoRA adapter

                | | |
                |---|---|
                | base | `%s`, %s, SHA-256 `%s` |
                | adapter | rank %d, alpha %s, dropout %s, on %s |
                | trained on | %d rows, %d tokens a pass, %d steps of %d, %s |
                | learning rate | %s, %s, seed %d |
                | loss on %d held-out rows | %.4f, base %.4f |
                | adapter.gguf | SHA-256 `%s` |

                Rendered by the base's own chat template as of %s; trained on its quantized weights.
                """
                        .formatted(
                                job.base().getFileName(),
                                run.identity().quantization(),
                                run.baseSha256(),
                                job.lora().rank(),
                                job.lora().alpha(),
                                job.lora().dropout(),
                                job.lora().targets().stream().map(RunManifest::lower).toList(),
                                run.train().documents().size(),
                                run.train().tokenCount(),
                                result.steps(),
                                run.totalSteps(),
                                run.precision().label(),
                                job.optimizer().learningRate(),
                                lower(job.optimizer().schedule()),
                                job.seed(),
                                run.eval().documents().size(),
                                result.evalLoss(),
                                result.baseEvalLoss(),
                                result.adapterSha256(),
                                run.identity().templateDate());
        AtomicFile.write(path, card);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
