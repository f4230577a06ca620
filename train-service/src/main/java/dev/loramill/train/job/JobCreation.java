package dev.loramill.train.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.TrainingSpec;
import dev.loramill.http.RefusedException;
import dev.loramill.outbox.legacy.Transactions;
import dev.loramill.train.dataset.CleanService;
import dev.loramill.train.dataset.FrozenVersion;
import dev.loramill.train.dataset.IngestService;
import dev.loramill.train.dataset.ServiceAwayException;
import dev.loramill.train.dataset.UploadedFile;
import dev.loramill.train.specification.JobRequest;
import dev.loramill.train.specification.JobRequestReader;
import dev.loramill.train.specification.JobSpecification;
import dev.loramill.train.specification.ProbeConfig;
import dev.loramill.train.specification.ProbeSet;
import dev.loramill.train.specification.RowSource;
import dev.loramill.train.specification.TrainingSpecs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates jobs: finds everything that they name, and refuses those that name what is not there. */
@ApplicationScoped
class JobCreation {
    private static final Logger LOG = LoggerFactory.getLogger(JobCreation.class);
    private static final String PURPOSE = "fine-tune";
    private static final String ID_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 24;

    private final SecureRandom random = new SecureRandom();
    private final JobRequestReader reader;
    private final BaseCatalogue bases;
    private final IngestService ingest;
    private final CleanService clean;
    private final DataSource dataSource;
    private final JobTable jobs;
    private final JobDiary diary;
    private final Clock clock;
    private final Event<JobsMoved> news;

    JobCreation(
            BasesConfig bases,
            ProbeConfig probes,
            IngestService ingest,
            CleanService clean,
            DataSource dataSource,
            JobTable jobs,
            JobDiary diary,
            Clock clock,
            Event<JobsMoved> news)
            throws IOException {
        this.reader = new JobRequestReader(ProbeSet.shipped(probes.set()).questions());
        this.bases = BaseCatalogue.read(bases.catalogue());
        this.ingest = ingest;
        this.clean = clean;
        this.dataSource = dataSource;
        this.jobs = jobs;
        this.diary = diary;
        this.clock = clock;
        this.news = news;
    }

    /**
     * Creates a job.
     *
     * @throws RefusedException when the request is wrong, names what is not there, or needs a
     *     service that is away
     */
    Job create(@Nullable JsonNode body) throws SQLException {
        JobRequest request = reader.read(body);
        BaseModel base = base(request.model());
        ArtifactReference file = new ArtifactReference(base.sha256(), base.sizeBytes());
        Job job;
        try {
            job =
                    switch (request.rows()) {
                        case JobRequest.Rows.OfFile(String fileId, String recipe) ->
                                ofFile(JobSpecification.of(request, file, rows(fileId, recipe)));
                        case JobRequest.Rows.OfVersion(String digest, var _) ->
                                ofVersion(
                                        JobSpecification.of(
                                                request, file, new RowSource.OfVersion(digest)),
                                        version(request, digest));
                    };
        } catch (ServiceAwayException e) {
            LOG.atWarn().setCause(e).log("A job was not created because a service is away");
            throw RefusedException.unavailable(
                    e.getMessage() + "; no job was created, try again later");
        }
        Transactions.run(
                dataSource,
                tx -> {
                    jobs.insert(tx, job);
                    diary.info(tx, job.id(), "Created fine-tuning job: " + job.id());
                    diary.info(tx, job.id(), firstStep(job));
                });
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("status", job.state().status())
                .log("A job was created");
        news.fire(new JobsMoved());
        return job;
    }

    private static String firstStep(Job job) {
        return switch (job.specification().rows()) {
            case RowSource.OfFile file -> "Validating training file: " + file.fileId();
            case RowSource.OfVersion version ->
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

    private RowSource rows(String fileId, String recipeName) throws ServiceAwayException {
        Optional<UploadedFile> file = ingest.file(fileId);
        if (file.isEmpty()) {
            throw RefusedException.invalid(
                    "file_not_found",
                    "training_file",
                    "there is no file \"%s\"; upload one by POST /v1/files".formatted(fileId));
        }
        if (!file.get().purpose().equals(PURPOSE)) {
            throw RefusedException.invalid(
                    "invalid_training_file",
                    "training_file",
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
        return RowSource.OfFile.of(fileId, file.get().sha256(), recipe.get());
    }

    private FrozenVersion version(JobRequest request, String digest) throws ServiceAwayException {
        FrozenVersion version =
                clean.version(digest)
                        .orElseThrow(() ->
                                RefusedException.invalid(
                                        "dataset_version_not_found",
                                        "dataset",
                                        ("there is no dataset version \"%s\"; list them by GET"
                                                        + " /v1/dataset-versions of clean-service")
                                                .formatted(digest)));
        TrainingSpecs.requireAgreement(request, version);
        return version;
    }

    private Job ofFile(JobSpecification specification) {
        return job(specification, new JobState.ValidatingFiles());
    }

    private Job ofVersion(JobSpecification specification, FrozenVersion version) {
        TrainingSpec spec = TrainingSpecs.of(specification, version);
        return job(specification, new JobState.ValidatingFiles().queued(spec, now()));
    }

    private Job job(JobSpecification specification, JobState state) {
        return new Job(newId(), now(), specification, state, null);
    }

    /** PostgreSQL keeps microseconds. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String newId() {
        StringBuilder id = new StringBuilder("ftjob-");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }
}
