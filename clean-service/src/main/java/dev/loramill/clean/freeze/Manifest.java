package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.clean.ledger.DatasetLedger;
import dev.loramill.events.EventJson;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.TrainServeContract;
import org.jspecify.annotations.Nullable;

/**
 * What a version is, in canonical JSON; its SHA-256 names the version. It holds no times and
 * nothing that depends on the order in which rows came, so the same rows frozen in the same way are
 * the same version.
 */
final class Manifest {
    /** Grows when the content of a version would change for the same request. */
    static final int FORMAT = 1;

    private Manifest() {}

    /** What freezing counted. */
    record Counts(int sampled, TokenLengths lengths, int overLength, int dropped, int truncated) {}

    static ObjectNode of(
            DatasetLedger ledger,
            RecipeReference recipe,
            FreezeRequest request,
            BaseModel base,
            TrainServeContract contract,
            Counts counts,
            @Nullable String systemPrompt,
            RowFile.Finished train,
            RowFile.Finished eval) {
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("format", FORMAT);
        manifest.putObject("dataset").put("id", ledger.id()).put("name", ledger.name());
        manifest.putObject("recipe").put("name", recipe.name()).put("digest", recipe.digest());
        ObjectNode rows = manifest.putObject("rows");
        rows.put("received", ledger.received())
                .put("kept", ledger.kept())
                .put("rejected", ledger.rejected())
                .put("duplicate", ledger.duplicate())
                .put("sampled", counts.sampled())
                .put("overLength", counts.overLength())
                .put("dropped", counts.dropped())
                .put("truncated", counts.truncated());
        manifest.put("sample", request.sample())
                .put("seed", request.seed())
                .put("evalFraction", request.evalFraction())
                .put("splitBy", "question")
                .put("maxTokens", request.maxTokens())
                .put("overLength", request.overLength().label())
                .put("systemPrompt", systemPrompt);
        manifest.putObject("base").put("id", base.id()).put("sha256", base.sha256());
        manifest.set("contract", EventJson.mapper().valueToTree(contract));
        manifest.set("tokenLengths", counts.lengths().toJson());
        manifest.set("train", train.toJson());
        manifest.set("eval", eval.toJson());
        return manifest;
    }
}
