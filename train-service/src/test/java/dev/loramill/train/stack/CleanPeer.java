package dev.loramill.train.stack;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.Event;
import dev.loramill.events.FreezeRefused;
import dev.loramill.events.FreezeRequest;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCounts;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainServeContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Answers for clean-service: it knows two recipes over HTTP, and freezes over Kafka what a test
 * says is cleaned, with manifests in the real service's shape.
 */
public final class CleanPeer extends JsonPeer {
    private static final RecipeReference RECIPE = new RecipeReference("none", "0".repeat(64));
    private static final RowCounts COUNTS = new RowCounts(120, 100, 15, 5);

    private final TrainServeContract contract;
    private final Function<String, ArtifactReference> store;
    private final Consumer<Event> publish;
    private final Thread listener;
    private final Set<String> cleaned = new HashSet<>();
    private final Set<String> held = new HashSet<>();
    private final Map<String, FreezeRequested> requests = new LinkedHashMap<>();
    private volatile int trainRows = 90;
    private volatile boolean isClosing;

    /**
     * @param store puts a text into the artifact store
     * @param publish publishes an event
     */
    CleanPeer(
            TrainServeContract contract,
            String bootstrapServers,
            Function<String, ArtifactReference> store,
            Consumer<Event> publish)
            throws IOException {
        this.contract = contract;
        this.store = store;
        this.publish = publish;
        this.listener = Thread.ofPlatform().daemon().start(() -> listen(bootstrapServers));
    }

    /** Has an outcome for every row of a dataset, says so, and answers who waits for it. */
    public synchronized void clean(String dataset) {
        cleaned.add(dataset);
        publish.accept(new DatasetCleaned(dataset, dataset, RECIPE, COUNTS));
        List.copyOf(requests.values()).forEach(this::answer);
    }

    /** Takes long over a dataset: it answers nothing that is asked of it, and forgets it. */
    public synchronized void hold(String dataset) {
        held.add(dataset);
    }

    /** Answers what is asked of a dataset from now on. */
    public synchronized void release(String dataset) {
        held.remove(dataset);
    }

    /** Keeps so many rows of what is frozen next. */
    public void keep(int rows) {
        trainRows = rows;
    }

    /** Freezes a version; returns its digest. */
    public String freeze(String dataset, int maxTokens) {
        return freeze(dataset, request(TrainStack.BASE, maxTokens), contract).sha256();
    }

    /** Freezes a version for another base; returns its digest. */
    public String freezeForAnotherBase(String dataset) {
        TrainServeContract other =
                new TrainServeContract(
                        "e".repeat(64),
                        contract.baseQuantization(),
                        contract.architecture(),
                        contract.vocabularySize(),
                        contract.tokenizerDigest(),
                        contract.chatTemplateDigest(),
                        contract.templateDate(),
                        contract.bosCount(),
                        contract.endOfTurnToken());
        return freeze(dataset, request("another", 512), other).sha256();
    }

    /** Last request to freeze a dataset; null when there was none. */
    public synchronized @Nullable FreezeRequested request(String dataset) {
        return requests.values().stream()
                .filter(request -> request.datasetId().equals(dataset))
                .reduce((_, last) -> last)
                .orElse(null);
    }

    @Override
    Reply answer(String method, String path, JsonNode body) {
        String[] parts = path.split("/");
        return parts.length > 2 && parts[2].equals("recipes")
                ? recipe(parts)
                : Reply.error(404, "nothing here");
    }

    @Override
    public void close() {
        isClosing = true;
        super.close();
        try {
            listener.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Reply recipe(String[] parts) {
        String none = "{\"name\":\"none\",\"digest\":\"%s\"}".formatted("0".repeat(64));
        String forum = "{\"name\":\"medical-forum\",\"digest\":\"%s\"}".formatted("f".repeat(64));
        if (parts.length == 3) {
            return Reply.of(200, "{\"object\":\"list\",\"data\":[%s,%s]}".formatted(none, forum));
        }
        return switch (parts[3]) {
            case "none" -> Reply.of(200, none);
            case "medical-forum" -> Reply.of(200, forum);
            default -> Reply.error(404, "no such recipe");
        };
    }

    private void listen(String bootstrapServers) {
        try (var consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "group.id",
                                "clean-peer",
                                "auto.offset.reset",
                                "earliest",
                                "isolation.level",
                                "read_committed"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(Topics.FREEZES));
            while (!isClosing) {
                for (ConsumerRecord<String, byte[]> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    if (KafkaEvents.read(record).event() instanceof FreezeRequested request) {
                        take(request);
                    }
                }
            }
        }
    }

    private synchronized void take(FreezeRequested request) {
        if (!held.contains(request.datasetId())) {
            requests.put(request.requestDigest(), request);
            answer(request);
        }
    }

    private void answer(FreezeRequested request) {
        if (!cleaned.contains(request.datasetId())) {
            return;
        }
        if (trainRows == 0) {
            publish.accept(
                    new FreezeRefused(
                            request.datasetId(),
                            request.datasetId(),
                            RECIPE,
                            COUNTS,
                            request.requestDigest(),
                            "no_rows",
                            "no row of the dataset is left",
                            false));
            return;
        }
        ArtifactReference manifest = freeze(request.datasetId(), request.request(), contract);
        publish.accept(
                new DatasetFrozen(
                        request.datasetId(),
                        request.datasetId(),
                        RECIPE,
                        manifest.sha256(),
                        manifest,
                        trainRows,
                        10,
                        request.requestDigest()));
    }

    private static FreezeRequest request(String base, int maxTokens) {
        return new FreezeRequest(
                base, null, 42, 0.1, maxTokens, FreezeRequest.OverLength.DROP, null);
    }

    private ArtifactReference freeze(
            String dataset, FreezeRequest request, TrainServeContract forContract) {
        ArtifactReference train =
                new ArtifactReference(TrainStack.digest("train" + dataset), 1_000);
        ArtifactReference eval = new ArtifactReference(TrainStack.digest("eval" + dataset), 1_000);
        byte[] manifest = Manifests.of(request, forContract, train, trainRows, eval, 10).bytes();
        return Objects.requireNonNull(store.apply(new String(manifest, StandardCharsets.UTF_8)));
    }
}
