package dev.loramill.ingest.intake;

import dev.loramill.events.RecipeReference;
import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.files.StoredFile;
import dev.loramill.ingest.files.StoredFiles;
import dev.loramill.ingest.recipe.RecipeResolver;
import dev.loramill.ingest.upload.IntakeGate;
import dev.loramill.ingest.upload.Upload;
import dev.loramill.ingest.upload.UploadBacklog;
import dev.loramill.ingest.upload.UploadId;
import dev.loramill.messaging.Trace;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens datasets as people ask for them. */
@ApplicationScoped
class DatasetOpening {
    private static final int ID_DIGITS = 24;

    private final SecureRandom random = new SecureRandom();
    private final IntakeGate gate;
    private final StoredFiles files;
    private final RecipeResolver recipes;
    private final Datasets datasets;
    private final UploadBacklog backlog;

    DatasetOpening(
            IntakeGate gate,
            StoredFiles files,
            RecipeResolver recipes,
            Datasets datasets,
            UploadBacklog backlog) {
        this.gate = gate;
        this.files = files;
        this.recipes = recipes;
        this.datasets = datasets;
        this.backlog = backlog;
    }

    /**
     * Opens a dataset; with a file its rows are read in the background, and it is sealed at their
     * end. Opening it again with the same id, or under the same key, and with the same content
     * gives the one that is there.
     *
     * @throws RefusedException when a value is not allowed, the file or the recipe is unknown, the
     *     id is taken by other content, clean-service is away, or rows cannot be taken at the
     *     moment
     */
    Dataset open(DatasetRequest request, Optional<IdempotencyKey> key) {
        request.requireValid();
        gate.requireOpen();
        StoredFile file = request.file() == null ? null : requireFile(request.file());
        RecipeReference recipe = recipes.require(request.recipeName());
        Dataset wanted = dataset(request, key, recipe, file);
        Dataset opened = datasets.open(wanted, file == null ? null : upload(wanted, file));
        requireSame(opened, wanted, request);
        String fileId = opened.fileId();
        if (fileId != null && opened.isOpen() && opened.fault() == null) {
            backlog.queue(new UploadId(opened.id(), fileId));
        }
        return opened;
    }

    private StoredFile requireFile(String id) {
        try {
            return files.require(id, "file");
        } catch (RefusedException e) {
            // The address of this request is right; a value in its body is not.
            throw RefusedException.invalid(
                    "file_not_found", "file", String.valueOf(e.getMessage()));
        }
    }

    private Dataset dataset(
            DatasetRequest request,
            Optional<IdempotencyKey> key,
            RecipeReference recipe,
            @Nullable StoredFile file) {
        String id = request.id();
        if (id == null) {
            id =
                    key.map(known -> "ds-" + known.hexadecimal("dataset", ID_DIGITS))
                            .orElseGet(this::newId);
        }
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
                Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    private static Upload upload(Dataset dataset, StoredFile file) {
        return new Upload(
                new UploadId(dataset.id(), file.id()),
                file.sha256(),
                file.format(),
                true,
                dataset.createdAt(),
                Trace.current());
    }

    private String newId() {
        byte[] bytes = new byte[ID_DIGITS / 2];
        random.nextBytes(bytes);
        return "ds-" + HexFormat.of().formatHex(bytes);
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
}
