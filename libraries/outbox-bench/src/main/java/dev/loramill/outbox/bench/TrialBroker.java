package dev.loramill.outbox.bench;

import dev.loramill.local.LocalKafka;
import dev.loramill.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;

/** A broker in a process of its own, so that it can be killed. Arguments: directory, port. */
final class TrialBroker {
    private TrialBroker() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        ParentWatch.start();
        LocalKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        Thread.currentThread().join();
    }
}
