package dev.loramill.stress;

import dev.loramill.local.LocalKafka;
import dev.loramill.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A broker in a process of its own, so that it can be killed. Arguments: directory, port, port of
 * the way through the proxy, port of the proxy.
 */
final class StressBroker {
    private StressBroker() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        ParentWatch.start();
        LocalKafka broker =
                LocalKafka.start(
                        Path.of(arguments[0]),
                        Integer.parseInt(arguments[1]),
                        new LocalKafka.Detour(
                                Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3])));
        broker.createTopics();
        Thread.currentThread().join();
    }
}
