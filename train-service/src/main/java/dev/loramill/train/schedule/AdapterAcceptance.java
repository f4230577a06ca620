package dev.loramill.train.schedule;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.TrainingSpec;
import dev.loramill.messaging.Trace;
import dev.loramill.train.attempt.AttemptRepository;
import dev.loramill.train.gate.Gate;
import dev.loramill.train.gate.Measurement;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobError;
import dev.loramill.train.job.JobEventLog;
import dev.loramill.train.job.JobState;
import dev.loramill.train.job.JobsChanged;
import dev.loramill.train.registry.Adapter;
import dev.loramill.train.registry.AdapterRegistry;
import dev.loramill.train.registry.AdapterState;
import dev.loramill.train.registry.Candidate;
import dev.loramill.train.specification.ModelName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a job that brought an adapter: the gate judges it, the registry takes and announces it
 * in the job's trace, and the job succeeds, all in one transaction.
 */
@ApplicationScoped
class AdapterAcceptance {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterAcceptance.class);

    private final Gate gate;
    private final AdapterRegistry registry;
    private final ArtifactStore artifacts;
    private final AttemptRepository attempts;
    private final JobEventLog events;
    private final AttemptEnding ending;
    private final Clock clock;
    private final Event<JobsChanged> changes;

    AdapterAcceptance(
            Gate gate,
            AdapterRegistry registry,
            ArtifactStore artifacts,
            AttemptRepository attempts,
            JobEventLog events,
            AttemptEnding ending,
            Clock clock,
            Event<JobsChanged> changes) {
        this.gate = gate;
        this.registry = registry;
        this.artifacts = artifacts;
        this.attempts = attempts;
        this.events = events;
        this.ending = ending;
        this.clock = clock;
        this.changes = changes;
    }

    void take(Job job, JobState.Running running, AttemptFinished finished) {
        TrainingSpec spec = running.spec();
        List<String> differences = spec.contract().differences(finished.contract());
        if (!differences.isEmpty()) {
            ending.fail(
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
        List<String> deviations = deviations(spec, finished.evaluation());
        if (!deviations.isEmpty()) {
            ending.tryAgain(
                    job,
                    running,
                    "wrong_evaluation",
                    "the worker did not measure what the job asks for: "
                            + String.join("; ", deviations),
                    ending.pauseAfter(running.attempt().attempt()));
            return;
        }
        List<String> missing =
                Stream.of(finished.adapter(), finished.peft())
                        .filter(artifact -> !isStored(artifact))
                        .map(ArtifactReference::sha256)
                        .toList();
        if (!missing.isEmpty()) {
            ending.tryAgain(
                    job,
                    running,
                    "artifact_missing",
                    "the worker reported an adapter, but the artifact store lacks " + missing,
                    ending.pauseAfter(running.attempt().attempt()));
            return;
        }
        Trace.in(job.traceParent(), () -> accept(job, running, finished));
    }

    /**
     * In what an evaluation differs from the job that it was leased for: the gate believes its
     * figures, so they must at least be of this job's rows and questions.
     */
    private static List<String> deviations(TrainingSpec spec, AdapterEvaluation evaluation) {
        List<String> deviations = new ArrayList<>();
        if (!evaluation.evalRows().equals(spec.evalRows())) {
            deviations.add(
                    "losses are of rows %s, the job holds out %s"
                            .formatted(evaluation.evalRows().sha256(), spec.evalRows().sha256()));
        }
        if (!Objects.equals(evaluation.systemPrompt(), spec.systemPrompt())) {
            deviations.add("the questions were asked under another system prompt");
        }
        List<String> asked = evaluation.answers().stream().map(ProbeAnswer::question).toList();
        if (!asked.equals(spec.probes())) {
            deviations.add(
                    "%d questions were answered, which are not the job's %d"
                            .formatted(asked.size(), spec.probes().size()));
        }
        return deviations;
    }

    /** Whether the store holds an artifact, of the size that the worker tells. */
    private boolean isStored(ArtifactReference artifact) {
        try {
            return artifacts.sizeBytes(artifact.sha256()) == artifact.sizeBytes();
        } catch (MissingArtifactException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for " + artifact.sha256(), e);
        }
    }

    private void accept(Job job, JobState.Running running, AttemptFinished finished) {
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
                        candidate,
                        gate.judge(
                                new Measurement(
                                        finished.evaluation(),
                                        spec.evalRows(),
                                        spec.probes().size())));
        String model = adapter.candidate().model();
        attempts.ended(running.attempt(), "finished", clock.instant());
        job.enter(
                running.succeeded(adapter.id(), model, finished.trainedTokens(), clock.instant()));
        tell(job, adapter);
        changes.fire(new JobsChanged());
        LOG.atInfo()
                .addKeyValue("jobId", job.id())
                .addKeyValue("adapterId", adapter.id())
                .addKeyValue("state", adapter.state().word())
                .log("A job succeeded");
    }

    private void tell(Job job, Adapter adapter) {
        String model = adapter.candidate().model();
        if (!adapter.candidate().jobId().equals(job.id())) {
            events.warn(
                    job.id(),
                    "The adapter is byte for byte the one of job %s and keeps its name"
                            .formatted(adapter.candidate().jobId()));
        }
        events.info(job.id(), "New fine-tuned model created: " + model);
        String reasons = String.join("; ", adapter.state().reasons());
        switch (adapter.state()) {
            case AdapterState.Live _ ->
                    events.info(job.id(), "The gate lets the model go live: " + reasons);
            case AdapterState.Held _, AdapterState.Retired _ ->
                    events.warn(
                            job.id(),
                            ("The gate holds the model, it is not served: %s. To serve it all the"
                                            + " same: POST /v1/adapters/%s/promote")
                                    .formatted(reasons, adapter.id()));
        }
        events.info(job.id(), "The job has successfully completed");
    }
}
