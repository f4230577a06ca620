package dev.loramill.train.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.BasesConfig;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.RefusedException;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.client.CleanService;
import dev.loramill.train.client.IngestService;
import dev.loramill.train.client.ServiceAwayException;
import dev.loramill.train.client.TrainingFile;
import dev.loramill.train.specification.FreezeRequests;
import dev.loramill.train.specification.FrozenVersion;
import dev.loramill.train.specification.FrozenVersions;
import dev.loramill.train.specification.JobRequest;
import dev.loramill.train.specification.JobRequestReader;
import dev.loramill.train.specification.JobRows;
import dev.loramill.train.specification.JobSpecification;
import dev.loramill.train.specification.ProbeConfig;
import dev.loramill.train.specification.ProbeSet;
import dev.loramill.train.specification.TrainingSpecs;
import dev.loramill.train.specification.UnusableVersionException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates jobs: finds everything that they name, and refuses those that name what is not there. The
 * dataset of a job on a file is opened first; its id follows from what it will hold, so that
 * opening it again, for a job that was not stored after all, finds it. The job belongs to the trace
 * of its request, and so do a dataset that is opened for it and its request to freeze.
 */
@ApplicationScoped
class JobCreation {
    private static final Logger LOG = LoggerFactory.getLogger(JobCreation.class);
    private static final String PURPOSE = "fine-tune";
    private static final String INVALID_FILE = "invalid_training_file";
    private static final String FILE_PARAM = "training_file";
    private static final String ID_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 24;

    private final SecureRandom random = new SecureRandom();
    private final JobRequestReader reader;
    private final BaseCatalogue bases;
    private final IngestService ingest;
    private final CleanService clean;
    private final FrozenVersions versions;
    private final JobRepository jobs;
    private final JobEventLog events;
    private final Outbox outbox;
    private final Clock clock;
    private final Event<JobsChanged> changes;

    JobCreation(
            BasesConfig bases,
            ProbeConfig probes,
            IngestService ingest,
            CleanService clean,
            FrozenVersions versions,
            JobRepository jobs,
            JobEventLog events,
            Outbox outbox,
            Clock clock,
            Event<JobsChanged> changes)
            throws IOException {
        this.reader = new JobRequestReader(ProbeSet.shipped(probes.set()).questions());
        this.bases = BaseCatalogue.read(bases.catalogue());
        this.ingest = ingest;
        this.clean = clean;
        this.versions = versions;
        this.jobs = jobs;
        this.events = events;
        this.outbox = outbox;
        this.clock = clock;
        this.changes = changes;
    }

    /**
     * Creates a job, or finds the one that the same request created before under the same key.
     *
     * @throws RefusedException when the request is wrong, names what is not there, or needs a
     *     service that is away
     */
    Job create(@Nullable JsonNode body, Optional<IdempotencyKey> key) {
        JobRequest request = reader.read(body);
        BaseModel base = base(request.model());
        ArtifactReference file = new ArtifactReference(base.sha256(), base.sizeBytes());
        String id =
                "ftjob-"
                        + key.map(known -> known.alphanumeric("job", ID_LENGTH))
                                .orElseGet(this::randomText);
        Job job;
        try {
            job =
                    switch (request.rows()) {
                        case JobRequest.Rows.OfFile(String fileId, String recipe) ->
                                ofFile(
                                        id,
                                        JobSpecification.of(request, file, opened(fileId, recipe)));
                        case JobRequest.Rows.OfVersion(String digest, var _) ->
                                ofVersion(id, request, file, digest);
                    };
        } catch (ServiceAwayException e) {
            LOG.atWarn().setCause(e).log("A job was not created because a service is away");
            throw RefusedException.unavailable(
                    e.getMessage() + "; no job was created, try again later");
        }
        Optional<Job> before = QuarkusTransaction.requiringNew().call(() -> store(job, key));
        if (before.isPresent()) {
            if (!before.get().specification().equals(job.specification())) {
                throw key.orElseThrow().reused("job \"%s\"".formatted(id));
            }
            return before.get();
        }
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("status", job.state().status())
                .log("A job was created");
        return job;
    }

    private void ask(FreezeRequested request) {
        outbox.publish(request);
        LOG.atInfo()
                .addKeyValue("jobId", request.jobId())
                .addKeyValue("datasetId", request.datasetId())
                .addKeyValue("requestDigest", request.requestDigest())
                .log("A job asks for its rows to be frozen");
    }

    /** Stores a job; the one that is stored already when there is one under its key. */
    private Optional<Job> store(Job job, Optional<IdempotencyKey> key) {
        Optional<Job> before = key.flatMap(_ -> jobs.createdBefore(job.id()));
        if (before.isEmpty()) {
            store(job);
        }
        return before;
    }

    private void store(Job job) {
        Optional<FreezeRequested> request = FreezeRequests.of(job.id(), job.specification());
        request.ifPresent(freeze -> job.awaitFreeze(freeze.requestDigest()));
        job.belongTo(Trace.current());
        jobs.persist(job);
        events.info(job.id(), "Created fine-tuning job: " + job.id());
        events.info(job.id(), firstStep(job));
        request.ifPresent(this::ask);
        changes.fire(new JobsChanged());
    }

    private static String firstStep(Job job) {
        return switch (job.specification().rows()) {
            case JobRows.OfFile file -> "Validating training file: " + file.fileId();
            case JobRows.OfVersion version ->
                    "Dataset version %s found, the job is queued".formatted(version.digest());
        };
    }

    private BaseModel base(String id) {
        return bases.find(id)
                .orElseThrow(() ->
                        RefusedException.invalid(
                                "unsupported_model",
                                "model",
                                "model \"%s\" is not a base that is here; known are %s"
                                        .formatted(id, known())));
    }

    private String known() {
        List<String> ids = bases.all().stream().map(BaseModel::id).toList();
        return ids.isEmpty() ? "none: add one by ./loramill up --base" : String.join(", ", ids);
    }

    /** The rows of a file, with the dataset opened that they go into. */
    private JobRows opened(String fileId, String recipeName) throws ServiceAwayException {
        JobRows.OfFile rows = rows(fileId, recipeName);
        switch (ingest.open(rows.datasetId(), rows.fileId(), rows.recipe().name())) {
            case IngestService.Opening.Opened(var fault) -> {
                if (fault != null) {
                    throw RefusedException.invalid(
                            INVALID_FILE,
                            FILE_PARAM,
                            "the rows of \"%s\" cannot be read: %s".formatted(fileId, fault));
                }
            }
            case IngestService.Opening.Refused(String message) ->
                    throw RefusedException.invalid(INVALID_FILE, FILE_PARAM, message);
        }
        return rows;
    }

    private JobRows.OfFile rows(String fileId, String recipeName) throws ServiceAwayException {
        Optional<TrainingFile> file = ingest.file(fileId);
        if (file.isEmpty()) {
            throw RefusedException.invalid(
                    "file_not_found",
                    FILE_PARAM,
                    "there is no file \"%s\"; upload one by POST /v1/files".formatted(fileId));
        }
        if (!file.get().purpose().equals(PURPOSE)) {
            throw RefusedException.invalid(
                    INVALID_FILE,
                    FILE_PARAM,
                    "file \"%s\" has the purpose \"%s\", it must be \"%s\"; upload it again"
                            .formatted(fileId, file.get().purpose(), PURPOSE));
        }
        Optional<RecipeReference> recipe = clean.recipe(recipeName);
        if (recipe.isEmpty()) {
            throw RefusedException.invalid(
                    "recipe_not_found",
                    "recipe",
                    "there is no recipe \"%s\"; known are %s"
                            .formatted(recipeName, String.join(", ", clean.recipeNames())));
        }
        return JobRows.OfFile.of(fileId, file.get().sha256(), recipe.get());
    }

    private Job ofFile(String id, JobSpecification specification) {
        return new Job(id, now(), specification, new JobState.ValidatingFiles());
    }

    private Job ofVersion(String id, JobRequest request, ArtifactReference base, String digest) {
        FrozenVersion version;
        try {
            version =
                    versions.find(digest)
                            .orElseThrow(() ->
                                    RefusedException.invalid(
                                            "dataset_version_not_found",
                                            "dataset",
                                            ("there is no dataset version \"%s\"; list them by GET"
                                                            + " /v1/dataset-versions of clean-service")
                                                    .formatted(digest)));
        } catch (UnusableVersionException e) {
            throw RefusedException.invalid(
                    "dataset_version_not_found", "dataset", String.valueOf(e.getMessage()));
        }
        TrainingSpecs.requireAgreement(request, version);
        JobSpecification specification =
                JobSpecification.of(request, base, new JobRows.OfVersion(digest));
        return new Job(
                id,
                now(),
                specification,
                new JobState.ValidatingFiles()
                        .queued(TrainingSpecs.of(specification, version), now()));
    }

    /** PostgreSQL keeps microseconds. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String randomText() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }
}
