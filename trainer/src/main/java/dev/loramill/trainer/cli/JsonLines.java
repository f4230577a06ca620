package dev.loramill.trainer.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.trainer.loop.TrainingEvent;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Prints each event as a JSON object on a line of its own. */
final class JsonLines implements Consumer<TrainingEvent> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PrintStream out;

    JsonLines(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(TrainingEvent event) {
        out.writeBytes((toJson(event) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    static String toJson(TrainingEvent event) {
        try {
            return JSON.writeValueAsString(event);
        } catch (JacksonException e) {
            throw new IllegalStateException("an event could not be written as JSON", e);
        }
    }
}
