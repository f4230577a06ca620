package dev.loramill.clean.freeze;

import dev.loramill.clean.ledger.DatasetLedger;
import dev.loramill.clean.ledger.LedgerQueries;
import dev.loramill.clean.version.DatasetVersion;
import dev.loramill.clean.version.DatasetVersions;
import dev.loramill.events.FreezeRequest;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Freezing over HTTP: the answer comes when the version is there, within a minute or when asked
 * again.
 */
@Path("/v1/ledgers/{id}/freeze")
@Blocking
class FreezeResource {
    /** Longest that a request holds a thread while it waits. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    private static final long DEFAULT_SEED = 42;
    private static final double DEFAULT_EVAL_FRACTION = 0.1;
    private static final int DEFAULT_MAX_TOKENS = 512;

    private final LedgerQueries ledgers;
    private final Freezes freezes;
    private final FreezeRunner runner;
    private final DatasetVersions versions;

    FreezeResource(
            LedgerQueries ledgers, Freezes freezes, FreezeRunner runner, DatasetVersions versions) {
        this.ledgers = ledgers;
        this.freezes = freezes;
        this.runner = runner;
        this.versions = versions;
    }

    @POST
    public FrozenView freeze(@PathParam("id") String id, @Nullable FreezeBody body)
            throws IOException, InterruptedException {
        if (body == null) {
            throw RefusedException.invalid(
                    "missing_required_parameter",
                    "base",
                    "the body must be a JSON object that names at least \"base\"");
        }
        FreezeRequest request = body.complete();
        DatasetLedger ledger = ledgers.ledger(id);
        if (ledger.cleaned().isEmpty()) {
            throw RefusedException.notYet(
                    "dataset_not_cleaned",
                    "dataset \"%s\" is %s: %d of %d rows have their outcome; it can be frozen once it is cleaned"
                            .formatted(id, ledger.state(), ledger.processed(), ledger.received()));
        }
        return switch (answer(freezes.keep(id, request))) {
            case FreezeAnswer.Frozen frozen -> view(id, versions.version(frozen.version()));
            case FreezeAnswer.Refused refused -> throw refused.toException();
        };
    }

    private FreezeAnswer answer(String requestDigest) throws InterruptedException {
        try {
            return runner.run(requestDigest).get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw RefusedException.unavailable(
                    "freeze_running",
                    "the dataset is being frozen, which takes longer than %d s; it goes on, ask again for its answer"
                            .formatted(LONGEST.toSeconds()),
                    TRY_AGAIN);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault
                    ? fault
                    : new IllegalStateException(e.getCause());
        }
    }

    private FrozenView view(String datasetId, DatasetVersion version) throws IOException {
        return new FrozenView(
                version.version(),
                version.version(),
                "dataset.version",
                datasetId,
                version.trainRows(),
                version.evalRows(),
                versions.manifest(version));
    }

    /** The request as it comes, before defaults. */
    record FreezeBody(
            @Nullable String base,
            @Nullable Integer sample,
            @Nullable Long seed,
            @Nullable Double evalFraction,
            @Nullable Integer maxTokens,
            FreezeRequest.@Nullable OverLength overLength,
            @Nullable String systemPrompt) {
        /**
         * Checks and completes the request.
         *
         * @throws RefusedException naming every fault
         */
        FreezeRequest complete() {
            try {
                return new FreezeRequest(
                        base == null ? "" : base,
                        sample,
                        seed == null ? DEFAULT_SEED : seed,
                        evalFraction == null ? DEFAULT_EVAL_FRACTION : evalFraction,
                        maxTokens == null ? DEFAULT_MAX_TOKENS : maxTokens,
                        overLength == null ? FreezeRequest.OverLength.DROP : overLength,
                        systemPrompt);
            } catch (IllegalArgumentException e) {
                throw RefusedException.invalid(
                        "invalid_freeze_request", null, String.valueOf(e.getMessage()));
            }
        }
    }

    /** A frozen version; the manifest as its file has it. */
    record FrozenView(
            String id,
            String version,
            String object,
            String dataset,
            long trainRows,
            long evalRows,
            @Schema(description = "The manifest as its file has it; its digest is the version")
                    Object manifest) {}
}
