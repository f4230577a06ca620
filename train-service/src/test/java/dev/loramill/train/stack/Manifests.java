package dev.loramill.train.stack;

import dev.loramill.events.ArtifactReference;
import dev.loramill.events.DatasetManifest;
import dev.loramill.events.FreezeRequest;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.TrainServeContract;
import java.util.List;

/** Manifests of frozen versions. */
public final class Manifests {
    private Manifests() {}

    /** A manifest with so many rows on both sides. */
    public static DatasetManifest of(String base, long trainRows, long evalRows) {
        FreezeRequest request =
                new FreezeRequest(
                        base, 60, 42, 0.1, 256, FreezeRequest.OverLength.DROP, "Be brief.");
        return of(request, Samples.CONTRACT, Samples.FILE, trainRows, Samples.EVAL_FILE, evalRows);
    }

    /** The manifest that answers a request. */
    public static DatasetManifest of(
            FreezeRequest request,
            TrainServeContract contract,
            ArtifactReference train,
            long trainRows,
            ArtifactReference eval,
            long evalRows) {
        return new DatasetManifest(
                DatasetManifest.FORMAT,
                null,
                new RecipeReference("none", "0".repeat(64)),
                new DatasetManifest.Rows(120, 100, 15, 5, 100, 0, 0, 0),
                request.sample(),
                request.seed(),
                request.evalFraction(),
                "question",
                request.maxTokens(),
                request.overLength(),
                request.systemPrompt(),
                new DatasetManifest.Base(request.base(), contract.baseDigest()),
                contract,
                new DatasetManifest.TokenLengths(10, 20, 15, 32, List.of()),
                new DatasetManifest.RowFile(train, trainRows, 100 * trainRows),
                new DatasetManifest.RowFile(eval, evalRows, 100 * evalRows));
    }
}
