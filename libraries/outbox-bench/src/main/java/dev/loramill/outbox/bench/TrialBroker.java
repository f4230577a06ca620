package dev.loramill.outbox.bench;

import dev.loramill.local.LocalKafka;
import java.io.IOException;
import java.nio.file.Path;

/** A broker in a process of its own, so that it can be killed. Arguments: directory, port. */
final class TrialBroker {
    private TrialBroker() {}

    public static void main(String[] arguments) throws IOException {
        LocalKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        // Ends with whoever started it, however that ends.
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0);
    }
}
