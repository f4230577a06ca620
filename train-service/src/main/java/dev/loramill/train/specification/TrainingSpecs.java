package dev.loramill.train.specification;

import dev.loramill.events.DatasetManifest;
import dev.loramill.events.TrainingSpec;
import dev.loramill.http.RefusedException;
import org.jspecify.annotations.Nullable;

/** What a worker is told, from what a person asked for and the rows that were found. */
public final class TrainingSpecs {
    private TrainingSpecs() {}

    /**
     * The whole of what a worker needs to know.
     *
     * @throws RefusedException when version and job do not go together
     */
    public static TrainingSpec of(JobSpecification job, FrozenVersion version) {
        requireSameBase(job, version);
        if (version.trainRows() == 0 || version.evalRows() == 0) {
            throw refused(
                    job,
                    "dataset version \"%s\" has %d rows to train on and %d held out; both must be at least 1"
                            .formatted(version.digest(), version.trainRows(), version.evalRows()));
        }
        String systemPrompt = job.systemPrompt();
        DatasetManifest manifest = version.manifest();
        return new TrainingSpec(
                job.baseId(),
                job.base(),
                version.digest(),
                manifest.train().artifact(),
                manifest.eval().artifact(),
                manifest.contract(),
                job.lora(),
                job.hyperparameters()
                        .resolve(version.trainRows(), manifest.maxTokens(), job.seed()),
                job.probes(),
                systemPrompt == null ? manifest.systemPrompt() : systemPrompt);
    }

    /**
     * Checks that a request for a job on a frozen version repeats nothing of its making wrongly.
     *
     * @throws RefusedException naming every difference
     */
    public static void requireAgreement(JobRequest request, FrozenVersion version) {
        Faults faults = new Faults();
        if (request.rows() instanceof JobRequest.Rows.OfVersion rows && rows.recipe() != null) {
            compare(faults, "recipe", rows.recipe(), version.manifest().recipe().name());
        }
        HyperparameterChoice asked = request.hyperparameters();
        if (asked.sample() != null) {
            compare(faults, "hyperparameters.sample", asked.sample(), version.manifest().sample());
        }
        if (asked.evalFraction() != null) {
            compare(
                    faults,
                    "hyperparameters.eval_fraction",
                    asked.evalFraction(),
                    version.manifest().evalFraction());
        }
        faults.refuseIfAny();
    }

    private static void compare(
            Faults faults, String param, Object asked, @Nullable Object frozen) {
        if (!asked.equals(frozen)) {
            faults.add(
                    "invalid_value",
                    param,
                    "%s is %s, but the version was frozen with %s; leave it out or freeze anew"
                            .formatted(param, asked, frozen == null ? "none" : frozen));
        }
    }

    private static void requireSameBase(JobSpecification job, FrozenVersion version) {
        if (!version.manifest().contract().baseDigest().equals(job.base().sha256())) {
            throw refused(
                    job,
                    ("dataset version \"%s\" was frozen for base \"%s\" (%s), the job's model is"
                                    + " \"%s\" (%s); freeze the dataset for this base")
                            .formatted(
                                    version.digest(),
                                    version.manifest().base().id(),
                                    version.manifest().contract().baseDigest(),
                                    job.baseId(),
                                    job.base().sha256()));
        }
    }

    private static RefusedException refused(JobSpecification job, String message) {
        String param =
                switch (job.rows()) {
                    case JobRows.OfFile _ -> "training_file";
                    case JobRows.OfVersion _ -> "dataset";
                };
        return RefusedException.invalid("invalid_training_file", param, message);
    }
}
