package dev.loramill.trainer.loop;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.events.trainer.WorkSign;
import dev.loramill.trainer.autograd.AutogradTransformer;
import dev.loramill.trainer.checkpoint.Checkpoint;
import dev.loramill.trainer.checkpoint.CheckpointChoice;
import dev.loramill.trainer.checkpoint.CheckpointDirectory;
import dev.loramill.trainer.checkpoint.TrainingState;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.LearningRateSchedule;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.AdaptedModel;
import dev.loramill.trainer.model.BatchLoss;
import dev.loramill.trainer.model.Transformer;
import dev.loramill.trainer.parallel.Ranks;
import dev.loramill.trainer.profile.StepPart;
import dev.loramill.trainer.storage.FileDigest;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of a prepared run, from a checkpoint if there is one.
 *
 * <p>Each of the processes that share a run has a trainer. All take the same steps with the sum of
 * their gradients, so their parameters stay equal; the first alone reports and writes.
 *
 * <p>Everything a step depends on follows from the job and the step's number, or is in the
 * checkpoint; so on the same machine with the same threads a resumed run has bit for bit the losses
 * of an undisturbed one.
 */
public final class Trainer implements AutoCloseable {
    /** Where the checkpoints lie in the output directory. */
    public static final String CHECKPOINTS = "checkpoints";

    private static final int STEPS_BETWEEN_COMPARISONS = 25;

    private final PreparedRun run;
    private final TrainingJob job;
    private final Path out;
    private final Consumer<TrainerLine> listener;
    private final WorkSign sign;
    private final BooleanSupplier stopRequested;
    private final Ranks ranks;
    private final @Nullable Path checkpoint;
    private final String fingerprint;
    private final Team team;
    private final MatrixArena arena;
    private final AdaptedModel model;
    private final AdamW optimizer;
    private final LossScale lossScale;
    private final LearningRateSchedule schedule;
    private final TrainedTensors tensors;
    private final BestAdapter best;
    private final CheckpointDirectory checkpoints;
    private int step;
    private long trainedTokens;
    private double wallSecondsBefore;
    private long startedNanos;
    private @Nullable Double baseEvalLoss;

    /**
     * Allocates everything that the run needs.
     *
     * @param out output directory
     * @param listener hears what happens, on the calling thread
     * @param stopRequested asked after each step; once true in one process, a checkpoint is written
     *     and the run ends
     * @param ranks the processes that share the run; not closed with this
     * @param checkpoint what the run goes on from; the first process says it for all
     */
    public Trainer(
            PreparedRun run,
            Path out,
            Consumer<TrainerLine> listener,
            BooleanSupplier stopRequested,
            Ranks ranks,
            @Nullable Path checkpoint) {
        this.run = run;
        this.job = run.job();
        this.out = out;
        this.listener = listener;
        this.sign = new WorkSign(listener);
        this.stopRequested = stopRequested;
        this.ranks = ranks;
        this.checkpoint = checkpoint;
        this.fingerprint = run.fingerprint();
        this.team = new Team(job.threads());
        this.arena = new MatrixArena(job.threads());
        this.model = model(run, team, arena);
        this.lossScale = LossScale.of(run.precision(), job.compute().firstLossScale());
        this.optimizer = new AdamW(model.parameters(), job.optimizer().weightDecay(), team, arena);
        this.schedule = job.optimizer().scheduleOf(run.totalSteps());
        this.tensors = new TrainedTensors(model.parameters(), optimizer);
        this.best = new BestAdapter(job.keepsBest() && ranks.share().isFirst());
        this.checkpoints = new CheckpointDirectory(out.resolve(CHECKPOINTS), job.keepCheckpoints());
    }

    private static AdaptedModel model(PreparedRun run, Team team, MatrixArena arena) {
        return run.compute().isFused()
                ? new Transformer(
                        run.weights(), run.job().lora(), run.memory().options(), team, arena)
                : new AutogradTransformer(
                        run.weights(),
                        run.job().lora(),
                        run.memory().options(),
                        run.compute().device(),
                        team,
                        arena);
    }

    /** The adapter. */
    public LoraParameters parameters() {
        return model.parameters();
    }

    /**
     * Takes all steps that are left.
     *
     * @throws NotFiniteException if a loss is no finite number
     * @throws InvalidJobException if the checkpoint belongs to another job
     * @throws dev.loramill.trainer.parallel.RankLostException if another process has ended
     */
    public TrainingOutcome train() throws IOException {
        startedNanos = System.nanoTime();
        model.parameters().initialize(job.seed());
        resume();
        model.publish();
        compareParameters();
        listener.accept(
                new TrainerLine.Started(
                        run.totalSteps(),
                        run.train().documents().size(),
                        run.train().tokenCount(),
                        run.eval().documents().size(),
                        step,
                        run.precision().label(),
                        run.compute().device().label(),
                        run.compute().kernels(),
                        model.parameters().layout().length(),
                        run.train().droppedCount() + run.eval().droppedCount(),
                        run.train().truncatedCount() + run.eval().truncatedCount(),
                        baseEvalLoss));
        if (step == 0) {
            baseEvalLoss = evaluate().mean();
        }
        StepClock clock = new StepClock(run.totalSteps());
        double lastEvalLoss = Objects.requireNonNullElse(best.evalLoss(), Double.NaN);
        while (step < run.totalSteps() && !isStalled()) {
            takeStep(clock);
            boolean isLast = step == run.totalSteps();
            boolean isStopped = ranks.any(stopRequested.getAsBoolean()) && !isLast;
            if (isLast || isStopped || isDue(STEPS_BETWEEN_COMPARISONS)) {
                compareParameters();
            }
            if (!isStopped && (isLast || isDue(job.evalEverySteps()))) {
                lastEvalLoss = evaluate().mean();
                best.remember(lastEvalLoss, step, model.parameters());
            }
            if (isStopped || (!isLast && isDue(job.saveEverySteps()))) {
                save();
            }
            if (isStopped) {
                return new TrainingOutcome.Stopped(step);
            }
        }
        return complete(lastEvalLoss);
    }

    private TrainingOutcome complete(double lastEvalLoss) {
        int adapterStep = step;
        double evalLoss = lastEvalLoss;
        float[] kept = best.values();
        if (kept != null && best.evalLoss() != null) {
            model.parameters().set(0, kept);
            model.publish();
            adapterStep = best.step();
            evalLoss = best.evalLoss();
        }
        double base = Objects.requireNonNullElse(baseEvalLoss, Double.NaN);
        return new TrainingOutcome.Completed(
                adapterStep,
                step,
                base,
                evalLoss,
                trainedTokens,
                wallSeconds(),
                (long) ranks.sum(ProcessMemory.peakBytes())[0]);
    }

    private void takeStep(StepClock clock) {
        List<PackedBatch> batches = run.plan().batches(step, ranks.share());
        int labels = run.plan().labelCount(step);
        int tokens = run.plan().tokenCount(step);
        clock.start();
        model.takePartSeconds();
        model.parameters().clearGradients();
        long dropoutKey = DropoutMask.keyOf(job.seed(), step);
        BatchLoss own = BatchLoss.NONE;
        double factor = lossScale.factor();
        for (PackedBatch batch : batches) {
            if (batch.documentCount() > 0) {
                own = own.plus(model.accumulate(batch, factor / labels, dropoutKey));
            }
            sign.moved();
        }
        ranks.sum(model.parameters().gradients());
        BatchLoss loss = ofAll(own);
        long optimizing = System.nanoTime();
        double norm = optimizer.gradientNorm() / factor;
        boolean isSkipped = !Double.isFinite(norm);
        if (!Double.isFinite(loss.mean()) || (isSkipped && !lossScale.canLower())) {
            throw NotFiniteException.ofStep(step + 1, loss.mean(), norm, run.plan().digests(step));
        }
        double clip = job.optimizer().gradientClip();
        double rate = schedule.rate(step);
        if (isSkipped) {
            lossScale.lower();
        } else {
            lossScale.keep();
            optimizer.step(rate, (clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1) / factor);
            model.publish();
        }
        double optimizerSeconds = (System.nanoTime() - optimizing) / 1e9;
        step++;
        trainedTokens += tokens;
        clock.stop(tokens);
        if (step % job.logEverySteps() == 0 || step == run.totalSteps()) {
            listener.accept(
                    new TrainerLine.Progressed(
                            step,
                            run.totalSteps(),
                            loss.mean(),
                            rate,
                            isSkipped ? null : norm,
                            run.precision() == Precision.FLOAT16 ? factor : null,
                            clock.tokensPerSecond(),
                            trainedTokens,
                            (long) ranks.sum(ProcessMemory.residentBytes())[0],
                            clock.secondsLeft(step),
                            parts(optimizerSeconds)));
        }
    }

    private Map<String, Double> parts(double optimizerSeconds) {
        Map<String, Double> named = new LinkedHashMap<>();
        model.takePartSeconds().forEach((part, seconds) -> named.put(part.label(), seconds));
        named.put(StepPart.OPTIMIZER.label(), optimizerSeconds);
        return named;
    }

    private BatchLoss evaluate() {
        BatchLoss own = BatchLoss.NONE;
        List<String> suspects = new ArrayList<>();
        for (int i = 0; i < run.evalPlan().stepCount(); i++) {
            for (PackedBatch batch : run.evalPlan().batches(i, ranks.share())) {
                if (batch.documentCount() > 0) {
                    BatchLoss ofBatch = model.evaluate(batch);
                    if (!Double.isFinite(ofBatch.sum())) {
                        suspects.addAll(batch.digests());
                    }
                    own = own.plus(ofBatch);
                }
                sign.moved();
            }
        }
        BatchLoss loss = ofAll(own);
        if (!Double.isFinite(loss.mean())) {
            throw NotFiniteException.ofEvaluation(step, loss.mean(), suspects);
        }
        listener.accept(
                new TrainerLine.Evaluated(
                        step, loss.mean(), loss.accuracy(), Math.exp(loss.mean()), loss.tokens()));
        return loss;
    }

    private BatchLoss ofAll(BatchLoss own) {
        double[] sums = ranks.sum(own.sum(), own.tokens(), own.correct());
        return new BatchLoss(sums[0], (long) sums[1], (long) sums[2]);
    }

    private void compareParameters() {
        ranks.requireEqual("the parameters after step " + step, model.parameters().digest());
    }

    private boolean isStalled() {
        return job.earlyStopping().isPresent()
                && best.evaluationsSince() >= job.earlyStopping().getAsInt();
    }

    private boolean isDue(int everySteps) {
        return everySteps > 0 && step % everySteps == 0;
    }

    private void save() throws IOException {
        if (!ranks.share().isFirst()) {
            return;
        }
        Path file =
                checkpoints.write(
                        new TrainingState(
                                fingerprint,
                                step,
                                trainedTokens,
                                wallSeconds(),
                                baseEvalLoss,
                                best.evalLoss(),
                                best.step(),
                                best.evaluationsSince(),
                                lossScale.state()),
                        tensors.named(best.values()));
        listener.accept(
                new TrainerLine.Checkpointed(
                        step, out.relativize(file).toString(), FileDigest.of(file)));
    }

    /** All read what the first process says; others may see a directory that is older or newer. */
    private void resume() throws IOException {
        String path = ranks.ofFirst(checkpoint == null ? "" : checkpoint.toString());
        if (path.isEmpty()) {
            return;
        }
        try (Arena reading = Arena.ofShared()) {
            Checkpoint.Loaded loaded = Checkpoint.read(Path.of(path), reading);
            CheckpointChoice.requireSameJob(loaded, fingerprint);
            TrainingState state = loaded.state();
            tensors.restore(loaded);
            step = state.step();
            lossScale.resume(state.lossScaling());
            optimizer.resume(step - lossScale.skippedSteps());
            trainedTokens = state.trainedTokens();
            wallSecondsBefore = state.wallSeconds();
            baseEvalLoss = state.baseEvalLoss();
            best.resume(state, TrainedTensors.best(loaded));
        }
    }

    private double wallSeconds() {
        return wallSecondsBefore + (System.nanoTime() - startedNanos) / 1e9;
    }

    @Override
    public void close() {
        model.close();
        team.close();
        arena.close();
    }
}
