package dev.loramill.trainer.cli;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.trainer.storage.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps every event of a run in a file of JSON lines; a resumed run drops what an earlier attempt
 * wrote after the checkpoint.
 */
final class TrainingLog implements Consumer<TrainerLine> {
    private final Path file;

    TrainingLog(Path file) {
        this.file = file;
    }

    @Override
    public void accept(TrainerLine event) {
        try {
            if (event instanceof TrainerLine.Started started) {
                forgetAfter(started.resumedFromStep());
            }
            Files.writeString(
                    file,
                    event.toJson() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forgetAfter(int step) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<String> kept = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (isUpTo(step, line)) {
                kept.add(line);
            }
        }
        AtomicFile.write(file, kept.isEmpty() ? "" : String.join("\n", kept) + "\n");
    }

    /** A line that a killed process left unfinished is none of the trainer's and is dropped. */
    private static boolean isUpTo(int step, String text) {
        TrainerLine line;
        try {
            line = TrainerLine.read(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return step > 0
                && switch (line) {
                    case TrainerLine.Started _ -> true;
                    case TrainerLine.Progressed e -> e.step() <= step;
                    case TrainerLine.Evaluated e -> e.step() <= step;
                    case TrainerLine.Checkpointed e -> e.step() <= step;
                    case TrainerLine.Finished _,
                            TrainerLine.Failed _,
                            TrainerLine.Working _,
                            TrainerLine.Unknown _ ->
                            false;
                };
    }
}
