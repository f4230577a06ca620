package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.BasesConfig;
import dev.loramill.clean.announce.Announcer;
import dev.loramill.clean.ledger.DatasetLedger;
import dev.loramill.clean.ledger.LedgerQueries;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.EventJson;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.RefusedException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frozen versions: makes them, one at a time, and finds them again. */
@ApplicationScoped
class Freezing {
    private static final Logger LOG = LoggerFactory.getLogger(Freezing.class);

    private final DataSource dataSource;
    private final LedgerQueries ledgers;
    private final Announcer announcer;
    private final ArtifactStore store;
    private final BaseTokenizers tokenizers;
    private final DatasetFreezer freezer;
    // One at a time bounds memory; a second request of the same kind then finds the version made.
    private final ReentrantLock oneAtATime = new ReentrantLock();

    Freezing(
            DataSource dataSource,
            LedgerQueries ledgers,
            Announcer announcer,
            ArtifactStore store,
            BasesConfig bases) {
        this.dataSource = dataSource;
        this.ledgers = ledgers;
        this.announcer = announcer;
        this.store = store;
        this.tokenizers = new BaseTokenizers(store, bases.catalogue());
        this.freezer = new DatasetFreezer(dataSource, store);
    }

    @PreDestroy
    void close() {
        tokenizers.close();
    }

    /**
     * Freezes a dataset; what was frozen before in the same way is found, not made again.
     *
     * @throws RefusedException when the dataset is not cleaned yet, or cannot be frozen so
     */
    FrozenVersion freeze(String datasetId, FreezeRequest request) throws SQLException, IOException {
        DatasetLedger ledger = ledgers.ledger(datasetId);
        RecipeReference recipe = ledger.recipe();
        String name = ledger.name();
        if (!ledger.isCleaned() || recipe == null || name == null) {
            throw RefusedException.notYet(
                    "dataset_not_cleaned",
                    "dataset \"%s\" is %s: %d of %d rows have their outcome; it can be frozen once it is cleaned"
                            .formatted(
                                    datasetId,
                                    ledger.state(),
                                    ledger.processed(),
                                    ledger.received()));
        }
        BaseModel base = tokenizers.base(request.base());
        String requestDigest = request.digest(datasetId, base.sha256());
        oneAtATime.lock();
        try {
            Optional<FrozenVersion> before = intact(requestDigest);
            if (before.isPresent()) {
                return before.get();
            }
            FrozenVersion version =
                    freezer.freeze(ledger, recipe, request, base, tokenizers.tokenizer(base));
            announce(version, requestDigest, name, recipe);
            return version;
        } finally {
            oneAtATime.unlock();
        }
    }

    /**
     * A version.
     *
     * @throws RefusedException when there is none
     */
    FrozenVersion version(String digest) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return VersionTable.find(connection, digest)
                    .orElseThrow(() ->
                            RefusedException.missing(
                                    "dataset_version_not_found",
                                    "version",
                                    "there is no dataset version \"%s\"".formatted(digest)));
        }
    }

    /** All versions, the newest first. */
    List<FrozenVersion> versions() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return VersionTable.all(connection);
        }
    }

    /** The manifest of a version. */
    JsonNode manifest(FrozenVersion version) throws IOException {
        try (InputStream in = store.open(version.version())) {
            // All of it, so that the digest is checked before anything is answered.
            return EventJson.mapper().readTree(in.readAllBytes());
        }
    }

    /** The bytes of an artifact; its digest is checked while it is read. */
    InputStream artifact(String sha256) throws IOException {
        return store.open(sha256);
    }

    private Optional<FrozenVersion> intact(String requestDigest) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return VersionTable.findByRequest(connection, requestDigest)
                    .filter(version ->
                            store.contains(version.version())
                                    && store.contains(version.trainSha256())
                                    && store.contains(version.evalSha256()));
        }
    }

    private void announce(
            FrozenVersion version, String requestDigest, String name, RecipeReference recipe)
            throws SQLException {
        try (Connection tx = dataSource.getConnection()) {
            tx.setAutoCommit(false);
            try {
                if (VersionTable.insert(tx, version, requestDigest)) {
                    announcer.publish(
                            tx,
                            new DatasetFrozen(
                                    version.datasetId(),
                                    name,
                                    recipe,
                                    version.version(),
                                    version.manifest(),
                                    version.trainRows(),
                                    version.evalRows(),
                                    requestDigest));
                }
                tx.commit();
            } catch (SQLException | RuntimeException e) {
                tx.rollback();
                throw e;
            }
        }
        announcer.wake();
        LOG.atInfo()
                .addKeyValue("datasetId", version.datasetId())
                .addKeyValue("version", version.version())
                .addKeyValue("trainRows", version.trainRows())
                .addKeyValue("evalRows", version.evalRows())
                .log("A dataset is frozen");
    }
}
