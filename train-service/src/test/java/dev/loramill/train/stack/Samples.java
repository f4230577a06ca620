package dev.loramill.train.stack;

import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingSpec;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobState;
import dev.loramill.train.specification.HyperparameterChoice;
import dev.loramill.train.specification.JobRows;
import dev.loramill.train.specification.JobSpecification;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Jobs as they stand in the database. */
public final class Samples {
    /** When every one of them was created. */
    public static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.000006Z");

    /** A file that need not be there. */
    public static final ArtifactReference FILE = new ArtifactReference("a".repeat(64), 10);

    /** Another one, of held-out rows. */
    public static final ArtifactReference EVAL_FILE = new ArtifactReference("7".repeat(64), 7);

    /** What training and serving must agree on. */
    public static final TrainServeContract CONTRACT =
            new TrainServeContract(
                    "b".repeat(64),
                    "Q4_1",
                    "llama",
                    320,
                    "c".repeat(64),
                    "d".repeat(64),
                    "2024-07-26",
                    1,
                    2);

    private Samples() {}

    /** A job on a file, whose rows go into a dataset. */
    public static Job validating(String id, String datasetId) {
        return new Job(
                id,
                CREATED,
                specification(
                        new JobRows.OfFile(
                                "file-1", new RecipeReference("none", "0".repeat(64)), datasetId)),
                new JobState.ValidatingFiles());
    }

    /** A job that a worker runs. */
    public static Job running(AttemptReference attempt) {
        JobState.Queued queued = new JobState.ValidatingFiles().queued(trainingSpec(), CREATED);
        return new Job(
                attempt.jobId(),
                CREATED,
                specification(new JobRows.OfVersion("e".repeat(64))),
                queued.assigned(attempt));
    }

    private static JobSpecification specification(JobRows rows) {
        return new JobSpecification(
                TrainStack.BASE,
                new ArtifactReference(CONTRACT.baseDigest(), 1_000),
                rows,
                null,
                42,
                Map.of("team", "it"),
                new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS),
                new HyperparameterChoice(
                        null, null, null, null, null, null, null, null, null, null, null, null,
                        null),
                List.of("Why?"),
                null);
    }

    private static TrainingSpec trainingSpec() {
        return new TrainingSpec(
                TrainStack.BASE,
                FILE,
                "e".repeat(64),
                FILE,
                FILE,
                CONTRACT,
                new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS),
                new Hyperparameters(1, null, 4, 1, 2e-4, null, 512, 42, "auto", 50, 25),
                List.of("Why?"),
                null);
    }
}
