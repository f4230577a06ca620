package dev.loramill.trainer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
    private static final JsonMapper JSON = JsonMapper.builder().build();

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

    /** A line that a killed process left unfinished is no JSON and is dropped. */
    private static boolean isUpTo(int step, String line) throws IOException {
        JsonNode event;
        try {
            event = JSON.readTree(line);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            return false;
        }
        String type = event.path("type").asText();
        return step > 0
                && !type.equals("failed")
                && !type.equals("finished")
                && event.path("step").asInt(0) <= step;
    }
}
