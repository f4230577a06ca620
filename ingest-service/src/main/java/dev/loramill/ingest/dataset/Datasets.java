package dev.loramill.ingest.dataset;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.announce.BrokerAwayException;
import dev.loramill.ingest.announce.Relay;
import dev.loramill.ingest.files.UploadedFile;
import dev.loramill.ingest.files.UploadedFiles;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Opens datasets, tells of them and seals them. */
@ApplicationScoped
public class Datasets {
    private final SecureRandom random = new SecureRandom();
    private final DataSource dataSource;
    private final DatasetTable datasets;
    private final RowSourceTable sources;
    private final RowSourcePublisher publisher;
    private final SourceBacklog backlog;
    private final UploadedFiles files;
    private final RecipeLookup recipes;
    private final Outbox outbox;
    private final Relay relay;

    Datasets(
            DataSource dataSource,
            DatasetTable datasets,
            RowSourceTable sources,
            RowSourcePublisher publisher,
            SourceBacklog backlog,
            UploadedFiles files,
            RecipeLookup recipes,
            Outbox outbox,
            Relay relay) {
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.sources = sources;
        this.publisher = publisher;
        this.backlog = backlog;
        this.files = files;
        this.recipes = recipes;
        this.outbox = outbox;
        this.relay = relay;
    }

    /**
     * Opens a dataset; with a file its rows are read in the background, and it is sealed at their
     * end. Opening it again with the same id and the same content gives the one that is there.
     *
     * @throws RefusedException when a value is not allowed, the file or the recipe is unknown, the
     *     id is taken by other content, or clean-service is away
     * @throws BrokerAwayException when rows cannot be taken at the moment
     */
    Dataset open(DatasetRequest request) throws SQLException, BrokerAwayException {
        request.requireValid();
        relay.requireIntake();
        UploadedFile file = request.file() == null ? null : requireFile(request.file());
        RecipeReference recipe = recipes.require(request.recipeName());
        Dataset wanted = dataset(request, recipe, file);
        Dataset opened = Transactions.call(dataSource, tx -> insertOrFind(tx, wanted, file));
        requireSame(opened, wanted, request);
        relay.wake();
        if (file != null && opened.isOpen()) {
            Transactions.call(dataSource, tx -> sources.find(tx, opened.id(), fileIdOf(opened)))
                    .filter(entry -> entry.state() == RowSource.State.PENDING)
                    .ifPresent(entry -> backlog.queue(entry.source()));
        }
        return opened;
    }

    /**
     * The dataset with an id.
     *
     * @throws RefusedException when there is none
     */
    Dataset require(String id) throws SQLException {
        return Transactions.call(dataSource, tx -> datasets.find(tx, id))
                .orElseThrow(() -> missing(id));
    }

    Page<Dataset> list(PageRequest page) throws SQLException {
        return Page.of(
                Transactions.call(dataSource, tx -> datasets.list(tx, page)),
                page.limit(),
                Dataset::id);
    }

    /**
     * Seals a dataset: it takes no more rows, and all it took stand on Kafka. Sealing it again
     * changes nothing.
     *
     * @throws RefusedException when there is none, it is empty, or rows are on their way to Kafka
     */
    Dataset seal(String id) throws SQLException {
        Transactions.run(
                dataSource,
                tx -> {
                    Dataset dataset = datasets.lock(tx, id).orElseThrow(() -> missing(id));
                    if (dataset.isOpen()) {
                        requireSealable(tx, dataset);
                        publisher.seal(tx, dataset);
                    }
                });
        relay.wake();
        return require(id);
    }

    static RefusedException missing(String id) {
        return RefusedException.missing(
                "dataset_not_found",
                null,
                ("there is no dataset \"%s\"; open it by POST /v1/datasets, or list those there"
                                + " are by GET /v1/datasets")
                        .formatted(id));
    }

    private UploadedFile requireFile(String id) throws SQLException {
        try {
            return files.require(id, "file");
        } catch (RefusedException e) {
            // The address of this request is right; a value in its body is not.
            throw RefusedException.invalid(
                    "file_not_found", "file", String.valueOf(e.getMessage()));
        }
    }

    private Dataset dataset(
            DatasetRequest request, RecipeReference recipe, @Nullable UploadedFile file) {
        String id = request.id() == null ? newId() : request.id();
        String name = request.name();
        if (name == null) {
            name = file == null ? id : file.filename();
        }
        return new Dataset(
                id,
                name,
                recipe,
                file == null ? null : file.id(),
                file == null ? null : file.sha256(),
                Dataset.State.OPEN,
                0,
                0,
                null,
                Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    private String newId() {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        return "ds-" + HexFormat.of().formatHex(bytes);
    }

    private Dataset insertOrFind(Connection tx, Dataset wanted, @Nullable UploadedFile file)
            throws SQLException {
        if (!datasets.insert(tx, wanted)) {
            return datasets.find(tx, wanted.id()).orElseThrow();
        }
        if (file != null) {
            sources.insert(
                    tx, new RowSource(wanted.id(), file.id(), file.sha256(), file.format(), true));
        }
        outbox.publish(
                tx,
                new DatasetOpened(wanted.id(), wanted.name(), wanted.recipe(), wanted.createdAt()));
        return wanted;
    }

    private static String fileIdOf(Dataset dataset) {
        return Objects.requireNonNull(dataset.fileId());
    }

    private static void requireSame(Dataset opened, Dataset wanted, DatasetRequest request) {
        String difference = null;
        if (!opened.recipe().equals(wanted.recipe())) {
            difference = "recipe %s, asked for is %s".formatted(opened.recipe(), wanted.recipe());
        } else if (!Objects.equals(opened.fileSha256(), wanted.fileSha256())) {
            difference =
                    "a file with the digest %s, asked for is %s"
                            .formatted(opened.fileSha256(), wanted.fileSha256());
        } else if (request.name() != null && !request.name().equals(opened.name())) {
            difference =
                    "the name \"%s\", asked for is \"%s\"".formatted(opened.name(), request.name());
        }
        if (difference != null) {
            throw RefusedException.conflict(
                    "dataset_exists",
                    "id",
                    "dataset \"%s\" is there already with %s; choose another id"
                            .formatted(opened.id(), difference));
        }
    }

    private void requireSealable(Connection tx, Dataset dataset) throws SQLException {
        if (dataset.fault() != null) {
            throw RefusedException.conflict(
                    "dataset_faulty",
                    null,
                    "dataset \"%s\" lacks rows: %s".formatted(dataset.id(), dataset.fault()));
        }
        long pending = sources.pendingCount(tx, dataset.id());
        if (pending > 0) {
            throw RefusedException.notYet(
                    "rows_pending",
                    "dataset \"%s\" has %d files or batches on their way to Kafka; try again"
                            .formatted(dataset.id(), pending));
        }
        if (dataset.rowCount() == 0) {
            throw RefusedException.invalid(
                    "empty_dataset",
                    null,
                    "dataset \"%s\" holds no rows; send some to POST /v1/datasets/%s/rows first"
                            .formatted(dataset.id(), dataset.id()));
        }
    }
}
