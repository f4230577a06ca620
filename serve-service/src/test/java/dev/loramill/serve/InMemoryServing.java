package dev.loramill.serve;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** An artifact store and a tiny base for the service under test; its channels are in memory. */
public final class InMemoryServing implements QuarkusTestResourceLifecycleManager {
    private Path directory;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("serving");
            Map<String, String> config =
                    new HashMap<>(TinyServing.config(directory, "127.0.0.1:1"));
            config.putAll(InMemoryConnector.switchIncomingChannelsToInMemory("adapters"));
            config.putAll(InMemoryConnector.switchOutgoingChannelsToInMemory("serving-status"));
            return config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        InMemoryConnector.clear();
        if (directory != null) {
            TinyServing.delete(directory);
        }
    }
}
