package dev.loramill.clean.freeze;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.clean.ledger.DatasetForgotten;
import dev.loramill.clean.ledger.LedgerQueries;
import dev.loramill.clean.tokens.BaseTokenizers;
import dev.loramill.clean.version.DatasetVersion;
import dev.loramill.clean.version.DatasetVersions;
import dev.loramill.clean.version.VersionWriter;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.DatasetManifest;
import dev.loramill.events.FreezeRefused;
import dev.loramill.events.FreezeRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to freeze datasets and the answers to them. Everything is remembered in the database, so
 * a request survives the end of the service at any point, and a request that is asked again finds
 * the version that was made for it.
 */
@ApplicationScoped
class Freezes {
    private static final Logger LOG = LoggerFactory.getLogger(Freezes.class);
    private static final Duration LONGEST = Duration.ofHours(12);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private final FreezeRepository freezes;
    private final LedgerQueries ledgers;
    private final BaseTokenizers tokenizers;
    private final VersionWriter writer;
    private final DatasetVersions versions;
    private final Outbox outbox;

    Freezes(
            FreezeRepository freezes,
            LedgerQueries ledgers,
            BaseTokenizers tokenizers,
            VersionWriter writer,
            DatasetVersions versions,
            Outbox outbox) {
        this.freezes = freezes;
        this.ledgers = ledgers;
        this.tokenizers = tokenizers;
        this.writer = writer;
        this.versions = versions;
        this.outbox = outbox;
    }

    /** Keeps a request, whose answer goes on in the trace of this thread; returns its digest. */
    @Transactional
    public String keep(String datasetId, FreezeRequest request) {
        String digest = request.digest(datasetId);
        freezes.keep(digest, datasetId, request, Trace.current());
        return digest;
    }

    /**
     * Keeps a request that is to be answered by an event, in the transaction at hand.
     *
     * @return whether nobody waited for its answer before
     */
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean keepAwaited(String datasetId, FreezeRequest request) {
        return freezes.await(keep(datasetId, request));
    }

    /** Forgets what was asked of a dataset that was deleted, in the transaction at hand. */
    @Transactional(Transactional.TxType.MANDATORY)
    void forget(@Observes DatasetForgotten dataset) {
        freezes.deleteOf(dataset.datasetId());
    }

    /** Requests that are to be answered by an event and can be now, the oldest first. */
    @Transactional
    public List<String> workable(int most) {
        return freezes.workable(most);
    }

    /**
     * Answers a request, which takes as long as freezing takes: with the version that was made for
     * it before, or with a new one, or with a refusal. The version, the answer and the event that
     * announces it are one transaction.
     *
     * @throws RuntimeException when it cannot be answered now
     */
    FreezeAnswer answer(String requestDigest) {
        return QuarkusTransaction.requiringNew()
                .timeout(Math.toIntExact(LONGEST.toSeconds()))
                .call(() -> answerInTransaction(requestDigest));
    }

    private FreezeAnswer answerInTransaction(String requestDigest)
            throws SQLException, IOException {
        if (!freezes.lockWork(requestDigest)) {
            throw RefusedException.unavailable(
                    "freeze_running",
                    "another process is at work on this request to freeze; ask again for its answer",
                    TRY_AGAIN);
        }
        Freeze freeze = freezes.findById(requestDigest);
        if (freeze == null) {
            throw new IllegalStateException(
                    "freeze request %s was never kept".formatted(requestDigest));
        }
        DatasetCleaned dataset =
                ledgers.ledger(freeze.datasetId)
                        .cleaned()
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "dataset \"%s\" is not cleaned"
                                                .formatted(freeze.datasetId)));
        FreezeAnswer before = freeze.answer;
        FreezeAnswer answer;
        try {
            answer = find(freeze, dataset);
        } catch (RefusedException e) {
            answer = FreezeAnswer.Refused.of(e);
        }
        freezes.lock(freeze);
        boolean isNewVersion = answer instanceof FreezeAnswer.Frozen && !answer.equals(before);
        if (freeze.isAwaited || isNewVersion) {
            FreezeAnswer found = answer;
            Trace.in(freeze.traceParent, () -> announce(requestDigest, dataset, found));
        }
        freeze.answer = answer;
        freeze.isAwaited = false;
        return answer;
    }

    /** The version that was made for a request before, or a new one. */
    private FreezeAnswer find(Freeze freeze, DatasetCleaned dataset)
            throws SQLException, IOException {
        BaseModel base = tokenizers.base(freeze.request.base());
        if (freeze.answer instanceof FreezeAnswer.Frozen before
                && before.format() == DatasetManifest.FORMAT
                && before.baseSha256().equals(base.sha256())
                && versions.intact(before.version()).isPresent()) {
            return before;
        }
        DatasetVersion version =
                writer.write(dataset, freeze.request, base, tokenizers.tokenizer(base));
        return new FreezeAnswer.Frozen(version.version(), base.sha256(), DatasetManifest.FORMAT);
    }

    private void announce(String requestDigest, DatasetCleaned dataset, FreezeAnswer answer) {
        switch (answer) {
            case FreezeAnswer.Frozen frozen -> {
                DatasetVersion version = versions.version(frozen.version());
                outbox.publish(
                        new DatasetFrozen(
                                dataset.datasetId(),
                                dataset.name(),
                                dataset.recipe(),
                                version.version(),
                                version.manifest(),
                                version.trainRows(),
                                version.evalRows(),
                                requestDigest));
                LOG.atInfo()
                        .addKeyValue("datasetId", dataset.datasetId())
                        .addKeyValue("requestDigest", requestDigest)
                        .addKeyValue("datasetVersion", version.version())
                        .addKeyValue("trainRows", version.trainRows())
                        .addKeyValue("evalRows", version.evalRows())
                        .log("A dataset is frozen");
            }
            case FreezeAnswer.Refused refused -> {
                outbox.publish(
                        new FreezeRefused(
                                dataset.datasetId(),
                                dataset.name(),
                                dataset.recipe(),
                                dataset.counts(),
                                requestDigest,
                                refused.code(),
                                refused.reason(),
                                refused.isRetryable()));
                LOG.atInfo()
                        .addKeyValue("datasetId", dataset.datasetId())
                        .addKeyValue("requestDigest", requestDigest)
                        .addKeyValue("code", refused.code())
                        .log("A dataset is not frozen as it was asked for");
            }
        }
    }
}
