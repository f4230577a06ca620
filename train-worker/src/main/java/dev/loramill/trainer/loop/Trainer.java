package dev.loramill.trainer.loop;

import dev.loramill.trainer.checkpoint.Checkpoint;
import dev.loramill.trainer.checkpoint.CheckpointDirectory;
import dev.loramill.trainer.checkpoint.RunState;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.LearningRateSchedule;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.kernel.DropoutKernels;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.AdaptedModel;
import dev.loramill.trainer.model.BatchLoss;
import dev.loramill.trainer.model.Transformer;
import dev.loramill.trainer.storage.FileDigest;
import dev.loramill.trainer.storage.Safetensors.Floats;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Team;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of a prepared run, from its newest checkpoint if there is one.
 *
 * <p>Everything a step depends on follows from the job and the step's number, or is in the
 * checkpoint; so on the same machine with the same threads a resumed run has bit for bit the losses
 * of an undisturbed one.
 */
public final class Trainer implements AutoCloseable {
    private static final String CHECKPOINTS = "checkpoints";

    private final PreparedRun run;
    private final TrainingJob job;
    private final Path out;
    private final Consumer<TrainingEvent> listener;
    private final BooleanSupplier stopRequested;
    private final String fingerprint;
    private final Team team;
    private final MatrixArena arena;
    private final AdaptedModel model;
    private final AdamW optimizer;
    private final LearningRateSchedule schedule;
    private final CheckpointDirectory checkpoints;
    private int step;
    private long trainedTokens;
    private double wallSecondsBefore;
    private long startedNanos;
    private @Nullable Double baseEvalLoss;
    private @Nullable Double bestEvalLoss;
    private int bestStep;
    private int evaluationsSinceBest;
    private float @Nullable [] best;

    /**
     * Allocates everything that the run needs.
     *
     * @param out output directory
     * @param listener hears what happens, on the calling thread
     * @param stopRequested asked after each step; once true, a checkpoint is written and the run
     *     ends
     */
    public Trainer(
            PreparedRun run,
            Path out,
            Consumer<TrainingEvent> listener,
            BooleanSupplier stopRequested) {
        this.run = run;
        this.job = run.job();
        this.out = out;
        this.listener = listener;
        this.stopRequested = stopRequested;
        this.fingerprint = run.fingerprint();
        this.team = new Team(job.threads());
        this.arena = new MatrixArena(job.threads());
        this.model =
                new Transformer(run.weights(), job.lora(), run.memory().options(), team, arena);
        this.optimizer = new AdamW(model.parameters(), job.optimizer().weightDecay(), team, arena);
        this.schedule = job.optimizer().scheduleOf(run.totalSteps());
        this.checkpoints = new CheckpointDirectory(out.resolve(CHECKPOINTS), job.keepCheckpoints());
    }

    /** What came of the run. */
    public sealed interface Outcome {
        /**
         * All steps were taken; the parameters are those of the result.
         *
         * @param adapterStep the step whose adapter it is
         * @param steps steps taken
         * @param baseEvalLoss evaluation loss of the base
         * @param evalLoss that of the adapter
         * @param trainedTokens tokens of all steps
         * @param wallSeconds time spent, over all attempts
         */
        record Completed(
                int adapterStep,
                int steps,
                double baseEvalLoss,
                double evalLoss,
                long trainedTokens,
                double wallSeconds)
                implements Outcome {}

        /**
         * The run was asked to stop; a checkpoint was written.
         *
         * @param step steps taken
         */
        record Stopped(int step) implements Outcome {}
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
     */
    public Outcome train() throws IOException {
        startedNanos = System.nanoTime();
        model.parameters().initialize(job.seed());
        resume();
        model.publish();
        listener.accept(
                new TrainingEvent.Started(
                        run.totalSteps(),
                        run.train().documents().size(),
                        run.train().tokenCount(),
                        run.eval().documents().size(),
                        step,
                        run.precision().label(),
                        model.parameters().layout().length(),
                        run.train().droppedCount() + run.eval().droppedCount(),
                        run.train().truncatedCount() + run.eval().truncatedCount(),
                        baseEvalLoss));
        if (step == 0) {
            baseEvalLoss = evaluate().mean();
        }
        StepClock clock = new StepClock(run.totalSteps());
        double lastEvalLoss = bestEvalLoss == null ? Double.NaN : bestEvalLoss;
        while (step < run.totalSteps() && !isStalled()) {
            takeStep(clock);
            boolean isLast = step == run.totalSteps();
            boolean isStopped = !isLast && stopRequested.getAsBoolean();
            if (!isStopped && (isLast || isDue(job.evalEverySteps()))) {
                lastEvalLoss = evaluate().mean();
                remember(lastEvalLoss);
            }
            if (isStopped || (!isLast && isDue(job.saveEverySteps()))) {
                save();
            }
            if (isStopped) {
                return new Outcome.Stopped(step);
            }
        }
        return complete(lastEvalLoss);
    }

    private Outcome complete(double lastEvalLoss) {
        int adapterStep = step;
        double evalLoss = lastEvalLoss;
        if (job.keepsBest() && best != null && bestEvalLoss != null) {
            model.parameters().set(0, best);
            model.publish();
            adapterStep = bestStep;
            evalLoss = bestEvalLoss;
        }
        double base = baseEvalLoss == null ? Double.NaN : baseEvalLoss;
        return new Outcome.Completed(
                adapterStep, step, base, evalLoss, trainedTokens, wallSeconds());
    }

    private void takeStep(StepClock clock) {
        List<PackedBatch> batches = run.plan().batches(step);
        int labels = batches.stream().mapToInt(PackedBatch::labelCount).sum();
        int tokens = batches.stream().mapToInt(PackedBatch::tokenCount).sum();
        clock.start();
        model.parameters().clearGradients();
        long stepKey = DropoutKernels.mix(job.seed(), step);
        BatchLoss loss = BatchLoss.NONE;
        for (int i = 0; i < batches.size(); i++) {
            PackedBatch batch = batches.get(i);
            loss = loss.plus(model.accumulate(batch, 1.0 / labels, DropoutKernels.mix(stepKey, i)));
        }
        double norm = optimizer.gradientNorm();
        if (!Double.isFinite(loss.mean()) || !Double.isFinite(norm)) {
            List<String> digests = new ArrayList<>();
            batches.forEach(batch -> digests.addAll(batch.digests()));
            throw new NotFiniteException(step + 1, loss.mean(), norm, digests);
        }
        double clip = job.optimizer().gradientClip();
        double rate = schedule.rate(step);
        optimizer.step(rate, clip > 0 ? Math.min(1, clip / (norm + 1e-6)) : 1);
        model.publish();
        step++;
        trainedTokens += tokens;
        clock.stop(tokens);
        if (step % job.logEverySteps() == 0 || step == run.totalSteps()) {
            listener.accept(
                    new TrainingEvent.Progressed(
                            step,
                            run.totalSteps(),
                            loss.mean(),
                            rate,
                            norm,
                            clock.tokensPerSecond(),
                            trainedTokens,
                            ProcessMemory.residentBytes(),
                            clock.secondsLeft(step)));
        }
    }

    private BatchLoss evaluate() {
        BatchLoss loss = BatchLoss.NONE;
        for (int i = 0; i < run.evalPlan().stepCount(); i++) {
            for (PackedBatch batch : run.evalPlan().batches(i)) {
                loss = loss.plus(model.evaluate(batch));
            }
        }
        listener.accept(
                new TrainingEvent.Evaluated(
                        step, loss.mean(), loss.accuracy(), Math.exp(loss.mean()), loss.tokens()));
        return loss;
    }

    private void remember(double evalLoss) {
        if (bestEvalLoss == null || evalLoss < bestEvalLoss) {
            bestEvalLoss = evalLoss;
            bestStep = step;
            evaluationsSinceBest = 0;
            if (job.keepsBest()) {
                best = model.parameters().get(0, model.parameters().layout().length());
            }
        } else {
            evaluationsSinceBest++;
        }
    }

    private boolean isStalled() {
        return job.earlyStopping().isPresent()
                && evaluationsSinceBest >= job.earlyStopping().getAsInt();
    }

    private boolean isDue(int everySteps) {
        return everySteps > 0 && step % everySteps == 0;
    }

    private void save() throws IOException {
        Map<String, Floats> tensors = new LinkedHashMap<>();
        tensors.put(Checkpoint.PARAMETERS, floats(model.parameters().values()));
        tensors.put(Checkpoint.FIRST_MOMENT, floats(optimizer.firstMoment()));
        tensors.put(Checkpoint.SECOND_MOMENT, floats(optimizer.secondMoment()));
        if (best != null) {
            tensors.put(
                    Checkpoint.BEST,
                    new Floats(List.of((long) best.length), MemorySegment.ofArray(best)));
        }
        Path file =
                checkpoints.write(
                        new RunState(
                                fingerprint,
                                step,
                                trainedTokens,
                                wallSeconds(),
                                baseEvalLoss,
                                bestEvalLoss,
                                bestStep,
                                evaluationsSinceBest),
                        tensors);
        listener.accept(
                new TrainingEvent.Checkpointed(
                        step, out.relativize(file).toString(), FileDigest.of(file)));
    }

    private void resume() throws IOException {
        try (Arena reading = Arena.ofShared()) {
            Checkpoint.Loaded loaded = newestCheckpoint(reading);
            if (loaded == null) {
                return;
            }
            RunState state = loaded.state();
            if (!state.fingerprint().equals(fingerprint)) {
                throw new InvalidJobException(
                        "the checkpoint of step "
                                + state.step()
                                + " belongs to another job (other base, rows or"
                                + " hyper-parameters); choose another output directory");
            }
            restore(loaded, Checkpoint.PARAMETERS, model.parameters().values());
            restore(loaded, Checkpoint.FIRST_MOMENT, optimizer.firstMoment());
            restore(loaded, Checkpoint.SECOND_MOMENT, optimizer.secondMoment());
            Floats kept = loaded.tensors().get(Checkpoint.BEST);
            if (kept != null) {
                best = new float[Math.toIntExact(kept.length())];
                MemorySegment.ofArray(best).copyFrom(kept.data());
            }
            step = state.step();
            optimizer.resume(step);
            trainedTokens = state.trainedTokens();
            wallSecondsBefore = state.wallSeconds();
            baseEvalLoss = state.baseEvalLoss();
            bestEvalLoss = state.bestEvalLoss();
            bestStep = state.bestStep();
            evaluationsSinceBest = state.evaluationsSinceBest();
        }
    }

    private Checkpoint.@Nullable Loaded newestCheckpoint(Arena reading) throws IOException {
        Checkpoint.Loaded own = checkpoints.newest(reading).orElse(null);
        Path asked = job.resumeFrom();
        if (asked == null) {
            return own;
        }
        Checkpoint.Loaded given;
        if (Files.isDirectory(asked)) {
            given =
                    new CheckpointDirectory(asked, job.keepCheckpoints())
                            .newest(reading)
                            .orElse(null);
        } else if (Files.isRegularFile(asked)) {
            try {
                given = Checkpoint.read(asked, reading);
            } catch (IOException e) {
                throw new InvalidJobException("resumeFrom: " + e.getMessage());
            }
        } else {
            throw new InvalidJobException("resumeFrom \"" + asked + "\" does not exist");
        }
        if (own == null || (given != null && given.state().step() > own.state().step())) {
            return given;
        }
        return own;
    }

    private static void restore(Checkpoint.Loaded loaded, String name, Matrix target) {
        Floats source = loaded.tensors().get(name);
        if (source == null || source.data().byteSize() != target.sizeBytes()) {
            throw new InvalidJobException(
                    "the checkpoint's tensor \"" + name + "\" does not fit this adapter");
        }
        target.segment(0, target.columns()).copyFrom(source.data());
    }

    private static Floats floats(Matrix vector) {
        return new Floats(List.of((long) vector.columns()), vector.segment(0, vector.columns()));
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
