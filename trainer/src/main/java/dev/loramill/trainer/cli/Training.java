package dev.loramill.trainer.cli;

import dev.loramill.trainer.checkpoint.CheckpointChoice;
import dev.loramill.trainer.export.AdapterExport;
import dev.loramill.trainer.export.RunManifest;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.loop.NotFiniteException;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.loop.Trainer;
import dev.loramill.trainer.loop.TrainingEvent;
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
    private final Consumer<TrainingEvent> listener;
    private final BooleanSupplier stopRequested;
    private final World world;

    Training(
            Path out,
            Consumer<TrainingEvent> listener,
            BooleanSupplier stopRequested,
            World world) {
        this.out = out;
        this.listener = listener;
        this.stopRequested = stopRequested;
        this.world = world;
    }

    /** Trains, writes the adapter and gives the exit code. */
    int run() {
        try {
            world.check();
            return train(world.readJob());
        } catch (InvalidJobException e) {
            return fail("invalid_input", e, TrainerCommand.INVALID);
        } catch (OutOfMemoryError e) {
            return fail(
                    "exhausted",
                    MemoryFault.sentence(e).orElseGet(e::toString),
                    TrainerCommand.FAILED);
        } catch (IOException e) {
            return fail(isDiskFull(e) ? "exhausted" : "external", e, TrainerCommand.FAILED);
        } catch (UncheckedIOException e) {
            IOException cause = e.getCause();
            return fail(isDiskFull(cause) ? "exhausted" : "external", cause, TrainerCommand.FAILED);
        } catch (NotFiniteException e) {
            return fail("internal", e, TrainerCommand.FAILED);
        } catch (RankLostException e) {
            return fail("external", e, TrainerCommand.FAILED);
        } catch (RuntimeException e) {
            LOG.error("Training failed", e);
            Optional<String> memory = MemoryFault.sentence(e);
            return memory.isPresent()
                    ? fail("exhausted", memory.get(), TrainerCommand.FAILED)
                    : fail("internal", e, TrainerCommand.FAILED);
        }
    }

    private int train(TrainingJob job) throws IOException {
        try (PreparedRun run = PreparedRun.of(job, world.share())) {
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
            Consumer<TrainingEvent> log = new TrainingLog(out.resolve("training_log.jsonl"));
            Consumer<TrainingEvent> both = listener.andThen(log);
            try (Ranks ranks = world.open();
                    Trainer trainer =
                            new Trainer(run, out, both, stopRequested, ranks, checkpoint)) {
                return switch (trainer.train()) {
                    case TrainingOutcome.Stopped stopped -> {
                        LOG.info("Stopped as asked: step={}", stopped.step());
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

    private TrainingEvent.Finished export(
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
        TrainingEvent.Finished finished =
                new TrainingEvent.Finished(
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

    private int fail(String category, Throwable fault, int exitCode) {
        return fail(category, TrainerCommand.message(fault), exitCode);
    }

    private int fail(String category, String message, int exitCode) {
        System.err.println("trainer: " + message);
        listener.accept(new TrainingEvent.Failed(category, message));
        return exitCode;
    }

    private static boolean isDiskFull(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left") || message.contains("Disk quota exceeded");
    }
}
