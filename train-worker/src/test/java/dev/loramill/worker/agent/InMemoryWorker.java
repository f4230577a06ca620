package dev.loramill.worker.agent;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A worker on channels in memory, whose trainer is an empty directory. */
public final class InMemoryWorker implements QuarkusTestResourceLifecycleManager {
    static final String ID = "worker-1";

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("worker");
            Files.createDirectories(directory.resolve("trainer/lib"));
            Files.createFile(directory.resolve("trainer/environment"));
            Map<String, String> config = new HashMap<>();
            config.put("kafka.bootstrap.servers", "127.0.0.1:1");
            config.put("loramill.artifacts.directory", directory.resolve("artifacts").toString());
            config.put("loramill.worker.id", ID);
            config.put("loramill.worker.directory", directory.resolve("own").toString());
            config.put("loramill.worker.trainer.directory", directory + "/trainer");
            config.put("loramill.worker.secret", TestSecret.in(directory).toString());
            config.put("loramill.worker.heartbeat", "1s");
            config.putAll(InMemoryConnector.switchIncomingChannelsToInMemory("assignments"));
            config.putAll(
                    InMemoryConnector.switchOutgoingChannelsToInMemory(
                            "training-events", "heartbeats"));
            return config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        InMemoryConnector.clear();
    }
}
