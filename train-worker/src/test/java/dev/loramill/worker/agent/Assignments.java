package dev.loramill.worker.agent;

import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingSpec;
import java.util.List;

/** Assignments for tests. */
final class Assignments {
    static final String WORKER = "worker-1";
    private static final String DIGEST = "d".repeat(64);

    private Assignments() {}

    /** An assignment whose artifacts lie nowhere. */
    static AttemptAssigned of(String jobId, long epoch) {
        ArtifactReference nowhere = new ArtifactReference(DIGEST, 1);
        TrainServeContract contract =
                new TrainServeContract(
                        DIGEST, "F16", "llama", 512, DIGEST, DIGEST, "2024-07-26", 0, 2);
        return of(jobId, epoch, nowhere, nowhere, contract);
    }

    /** An assignment of two epochs of short rows. */
    static AttemptAssigned of(
            String jobId,
            long epoch,
            ArtifactReference base,
            ArtifactReference rows,
            TrainServeContract contract) {
        return new AttemptAssigned(
                new AttemptReference(jobId, 1, epoch, WORKER),
                new TrainingSpec(
                        "tiny",
                        base,
                        DIGEST,
                        rows,
                        rows,
                        contract,
                        new LoraSpec(4, 8, 0, LoraSpec.ALL_TARGETS),
                        new Hyperparameters(2, null, 2, 1, 1e-3, null, 128, 42, "fp32", 0, 2),
                        List.of("What helps against thirst?"),
                        "Be brief."),
                null,
                null);
    }
}
