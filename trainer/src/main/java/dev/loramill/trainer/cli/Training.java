package dev.loramill.trainer.cli;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.trainer.checkpoint.CheckpointChoice;
import dev.loramill.trainer.export.AdapterExport;
import dev.loramill.trainer.export.RunManifest;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.loop.NotFiniteException;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.loop.Trainer;
import dev.loramill.trainer.loop.TrainingOutcome;
import dev.loramill.trainer.model.Architecture;
import dev.loramill.trainer.parallel.RankLostException;
import dev.loramill.trainer.parallel.Ranks;
import dev.loramill.trainer.storage.FileDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run from the job to the files of the adapter, with every fault reported as an event. */
final class Training {
    private static final Logger LOG = LoggerFactory.getLogger(Training.class);
    private static final String ADAPTER = "adapter.gguf";
    private static final String PEFT = "peft";
    private static final int STOPPED = 143;

    private final Path out;
    private final Consumer<TrainerLine> listener;
    private final BooleanSupplier stopRequested;
    private final RankLauncher launcher;

    Training(
            Path out,
            Consumer<TrainerLine> listener,
            BooleanSupplier stopRequested,
            RankLauncher launcher) {
        this.out = out;
        this.listener = listener;
        this.stopRequested = stopRequested;
        this.launcher = launcher;
    }

    /** Trains, writes the adapter and gives the exit code. */
    int run() {
        try {
            RankLauncher.requireWorldSize(launcher.worldSize());
            return train(launcher.readJob());
        } catch (InvalidJobException e) {
            return fail(TrainerLine.Fault.INVALID_INPUT, e, TrainerCommand.INVALID);
        } catch (OutOfMemoryError e) {
            return fail(
                    TrainerLine.Fault.EXHAUSTED,
                    MemoryFault.sentence(e).orElseGet(e::toString),
                    TrainerCommand.FAILED);
        } catch (IOException e) {
            return fail(
                    isDiskFull(e) ? TrainerLine.Fault.EXHAUSTED : TrainerLine.Fault.EXTERNAL,
                    e,
                    TrainerCommand.FAILED);
        } catch (UncheckedIOException e) {
            IOException cause = e.getCause();
            return fail(
                    isDiskFull(cause) ? TrainerLine.Fault.EXHAUSTED : TrainerLine.Fault.EXTERNAL,
                    cause,
                    TrainerCommand.FAILED);
        } catch (NotFiniteException e) {
            // It would be the same again.
            return fail(TrainerLine.Fault.INVALID_INPUT, e, TrainerCommand.FAILED);
        } catch (RankLostException e) {
            return fail(TrainerLine.Fault.EXTERNAL, e, TrainerCommand.FAILED);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("Training failed");
            Optional<String> memory = MemoryFault.sentence(e);
            return memory.isPresent()
                    ? fail(TrainerLine.Fault.EXHAUSTED, memory.get(), TrainerCommand.FAILED)
                    : fail(TrainerLine.Fault.INTERNAL, e, TrainerCommand.FAILED);
        }
    }

    private int train(TrainingJob job) throws IOException {
        try (PreparedRun run = PreparedRun.of(job, launcher.share())) {
            DiskSpace.require(out, run);
            Path checkpoint =
                    CheckpointChoice.of(
                                    out.resolve(Trainer.CHECKPOINTS),
                                    job.resumeFrom(),
                                    run.fingerprint())
                            .orElse(null);
            try {
                Files.createDirectories(out);
            } catch (FileAlreadyExistsException e) {
                throw new InvalidJobException("output \"" + out + "\" is a file, not a directory");
            } catch (FileSystemException e) {
                throw new InvalidJobException(
                        "output \"" + out + "\" cannot be made: " + TrainerCommand.message(e));
            }
            Consumer<TrainerLine> log = new TrainingLog(out.resolve("training_log.jsonl"));
            Consumer<TrainerLine> both = listener.andThen(log);
            try (Ranks ranks = launcher.launch();
                    Trainer trainer =
                            new Trainer(run, out, both, stopRequested, ranks, checkpoint)) {
                return switch (trainer.train()) {
                    case TrainingOutcome.Stopped stopped -> {
                        LOG.atInfo().addKeyValue("step", stopped.step()).log("Stopped as asked");
                        yield STOPPED;
                    }
                    case TrainingOutcome.Completed completed -> {
                        both.accept(export(run, trainer, completed));
                        yield 0;
                    }
                };
            }
        }
    }

    private TrainerLine.Finished export(
            PreparedRun run, Trainer trainer, TrainingOutcome.Completed completed)
            throws IOException {
        AdapterExport export =
                new AdapterExport(
                        run.weights().shape(),
                        Architecture.of(run.weights().shape().architecture()).orElseThrow(),
                        run.job().lora(),
                        trainer.parameters());
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("loramill.base.sha256", run.baseSha256());
        notes.put("loramill.tokenizer.sha256", run.identity().tokenizerDigest());
        notes.put("loramill.template.sha256", run.identity().chatTemplateDigest());
        notes.put("loramill.template.date", run.identity().templateDate());
        Path adapter = out.resolve(ADAPTER);
        export.writeGguf(adapter, notes);
        export.writePeft(out.resolve(PEFT), String.valueOf(run.job().base().getFileName()));
        TrainerLine.Finished finished =
                new TrainerLine.Finished(
                        ADAPTER,
                        FileDigest.of(adapter),
                        PEFT,
                        completed.baseEvalLoss(),
                        completed.evalLoss(),
                        completed.adapterStep(),
                        completed.steps(),
                        completed.trainedTokens(),
                        completed.wallSeconds(),
                        completed.peakMemoryBytes());
        RunManifest manifest = new RunManifest(run, finished);
        manifest.writeCard(out.resolve(PEFT).resolve("README.md"));
        manifest.writeJson(out.resolve("manifest.json"));
        return finished;
    }

    private int fail(TrainerLine.Fault category, Throwable fault, int exitCode) {
        return fail(category, TrainerCommand.message(fault), exitCode);
    }

    private int fail(TrainerLine.Fault category, String message, int exitCode) {
        System.err.println("trainer: " + message);
        listener.accept(new TrainerLine.Failed(category, message));
        return exitCode;
    }

    private static boolean isDiskFull(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left") || message.contains("Disk quota exceeded");
    }
}
