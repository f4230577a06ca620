package dev.loramill.trainer.cli;

import dev.loramill.events.trainer.TrainerLine;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Prints each event as a JSON object on a line of its own. */
final class JsonLines implements Consumer<TrainerLine> {
    private final PrintStream out;

    JsonLines(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(TrainerLine event) {
        out.writeBytes((event.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
