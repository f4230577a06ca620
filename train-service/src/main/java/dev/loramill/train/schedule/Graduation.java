package dev.loramill.train.schedule;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.TrainingSpec;
import dev.loramill.train.gate.Gate;
import dev.loramill.train.gate.Measurement;
import dev.loramill.train.job.AttemptTable;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobDiary;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobTable;
import dev.loramill.train.registry.Adapter;
import dev.loramill.train.registry.AdapterRegistry;
import dev.loramill.train.registry.AdapterState;
import dev.loramill.train.registry.Candidate;
import dev.loramill.train.specification.ModelName;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a job that brought an adapter: the gate judges it, the registry takes and announces
 * it, and the job succeeds, all in one transaction.
 */
@ApplicationScoped
class Graduation {
    private static final Logger LOG = LoggerFactory.getLogger(Graduation.class);

    private final Gate gate;
    private final AdapterRegistry registry;
    private final ArtifactStore artifacts;
    private final JobTable jobs;
    private final AttemptTable attempts;
    private final JobDiary diary;
    private final AttemptEnding ending;
    private final Clock clock;

    Graduation(
            Gate gate,
            AdapterRegistry registry,
            ArtifactStore artifacts,
            JobTable jobs,
            AttemptTable attempts,
            JobDiary diary,
            AttemptEnding ending,
            Clock clock) {
        this.gate = gate;
        this.registry = registry;
        this.artifacts = artifacts;
        this.jobs = jobs;
        this.attempts = attempts;
        this.diary = diary;
        this.ending = ending;
        this.clock = clock;
    }

    void take(Connection tx, Job job, JobState.Running running, AttemptFinished finished)
            throws SQLException {
        TrainingSpec spec = running.spec();
        List<String> differences = spec.contract().differences(finished.contract());
        if (!differences.isEmpty()) {
            ending.fail(
                    tx,
                    job,
                    running,
                    "contract_mismatch",
                    new JobError(
                            "contract_mismatch",
                            "the adapter was not trained on what the job's rows were frozen for: "
                                    + String.join("; ", differences),
                            null));
            return;
        }
        List<String> missing =
                Stream.of(finished.adapter(), finished.peft())
                        .map(ArtifactReference::sha256)
                        .filter(sha256 -> !artifacts.contains(sha256))
                        .toList();
        if (!missing.isEmpty()) {
            ending.tryAgain(
                    tx,
                    job,
                    running,
                    "artifact_missing",
                    "the worker reported an adapter, but the artifact store lacks " + missing,
                    ending.pauseAfter(running.attempt().attempt()));
            return;
        }
        graduate(tx, job, running, finished);
    }

    private void graduate(
            Connection tx, Job job, JobState.Running running, AttemptFinished finished)
            throws SQLException {
        TrainingSpec spec = running.spec();
        Candidate candidate =
                new Candidate(
                        ModelName.of(spec.baseId(), job.specification().suffix(), job.id()),
                        job.id(),
                        spec.baseId(),
                        finished.adapter(),
                        finished.peft(),
                        finished.contract(),
                        spec.lora(),
                        spec.datasetVersion(),
                        finished.evaluation());
        Adapter adapter =
                registry.register(
                        tx,
                        candidate,
                        gate.judge(
                                new Measurement(
                                        finished.evaluation(),
                                        spec.evalRows(),
                                        spec.probes().size())));
        String model = adapter.candidate().model();
        attempts.ended(tx, running.attempt(), "finished", clock.instant());
        jobs.update(
                tx,
                job.id(),
                running.succeeded(adapter.id(), model, finished.trainedTokens(), clock.instant()));
        tell(tx, job, adapter);
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("adapterId", adapter.id())
                .addKeyValue("state", adapter.state().word())
                .log("A job succeeded");
    }

    private void tell(Connection tx, Job job, Adapter adapter) throws SQLException {
        String model = adapter.candidate().model();
        if (!adapter.candidate().jobId().equals(job.id())) {
            diary.warn(
                    tx,
                    job.id(),
                    "The adapter is byte for byte the one of job %s and keeps its name"
                            .formatted(adapter.candidate().jobId()));
        }
        diary.info(tx, job.id(), "New fine-tuned model created: " + model);
        String reasons = String.join("; ", adapter.state().reasons());
        switch (adapter.state()) {
            case AdapterState.Live _ ->
                    diary.info(tx, job.id(), "The gate lets the model go live: " + reasons);
            case AdapterState.Held _, AdapterState.Retired _ ->
                    diary.warn(
                            tx,
                            job.id(),
                            ("The gate holds the model, it is not served: %s. To serve it all the"
                                            + " same: POST /v1/adapters/%s/promote")
                                    .formatted(reasons, adapter.id()));
        }
        diary.info(tx, job.id(), "The job has successfully completed");
    }
}
