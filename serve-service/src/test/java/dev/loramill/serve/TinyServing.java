package dev.loramill.serve;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.local.LocalKafka;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A broker, an artifact store and a tiny base model for the service under test. */
public final class TinyServing implements QuarkusTestResourceLifecycleManager {
    public static final String BASE_ID = "tiny";
    public static final String REPLICA = "replica-1";

    private Path directory;
    private LocalKafka kafka;

    @Override
    public Map<String, String> start() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // The broker looks classes of its own up by name.
        thread.setContextClassLoader(LocalKafka.class.getClassLoader());
        try {
            Path root = Files.createTempDirectory("serving");
            directory = root;
            LocalKafka broker = LocalKafka.start(root.resolve("kafka"), 0);
            kafka = broker;
            broker.createTopics();
            return config(root, broker.bootstrapServers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Puts a tiny base into a directory and says how the service finds it. */
    public static Map<String, String> config(Path root, String bootstrapServers)
            throws IOException {
        Path artifacts = root.resolve("artifacts");
        Path catalogue = root.resolve("bases.json");
        Path file = TinyLlama.standard().write(root.resolve("base.gguf"));
        StoredArtifact base = new LocalArtifactStore(artifacts).putFile(file);
        BaseCatalogue.add(
                catalogue,
                new BaseModel(
                        BASE_ID,
                        base.sha256(),
                        base.sizeBytes(),
                        "llama",
                        "F32",
                        "Apache-2.0",
                        "generated"));
        Map<String, String> config = new HashMap<>();
        config.put("kafka.bootstrap.servers", bootstrapServers);
        config.put("loramill.artifacts.directory", artifacts.toString());
        config.put("loramill.bases.catalogue", catalogue.toString());
        config.put("loramill.serve.base", BASE_ID);
        config.put("loramill.serve.threads", "2");
        config.put("loramill.serve.context-length", "512");
        config.put("loramill.serve.slots", "2");
        config.put("loramill.serve.contexts", "3");
        config.put("loramill.serve.queue-limit", "40");
        config.put("loramill.serve.adapters.replica", REPLICA);
        config.put(
                "loramill.serve.adapters.public-keys", TrainAuthority.publicKeyIn(root).toString());
        return config;
    }

    @Override
    public void stop() {
        if (kafka != null) {
            kafka.close();
        }
        if (directory != null) {
            delete(directory);
        }
    }

    /** Deletes a directory with all that is in it. */
    public static void delete(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> paths = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
