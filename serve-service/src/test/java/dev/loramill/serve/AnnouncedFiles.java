package dev.loramill.serve;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Adapters of the tiny base, stored, with their announcements. */
public final class AnnouncedFiles {
    private static final AtomicLong REVISIONS = new AtomicLong();

    private final ArtifactStore store;
    private final ModelHyperparameters sizes;
    private final TrainServeContract contract;

    public AnnouncedFiles(
            ArtifactStore store, ModelHyperparameters sizes, TrainServeContract contract) {
        this.store = store;
        this.sizes = sizes;
        this.contract = contract;
    }

    public TrainServeContract contract() {
        return contract;
    }

    /** A sound adapter, stored and ready to be announced. */
    public AdapterAnnounced adapter(String suffix, long seed) throws IOException {
        return adapter(suffix, TinyAdapter.random(sizes, seed));
    }

    /** An adapter of any kind, stored and ready to be announced. */
    public AdapterAnnounced adapter(String suffix, TinyAdapter adapter) throws IOException {
        Path file = Files.createTempFile("adapter", ".gguf");
        try {
            adapter.write(file);
            return announcement(suffix, Files.readAllBytes(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** An adapter whose file holds these bytes. */
    public AdapterAnnounced announcement(String suffix, byte[] file) throws IOException {
        StoredArtifact stored = store.put(new java.io.ByteArrayInputStream(file));
        ArtifactReference reference = new ArtifactReference(stored.sha256(), stored.sizeBytes());
        return new AdapterAnnounced(
                stored.sha256(),
                "ft:tiny:loramill:%s:00000000".formatted(suffix),
                AdapterAnnounced.State.LIVE,
                List.of("eval loss fell"),
                "ftjob-" + suffix,
                TinyServing.BASE_ID,
                reference,
                reference,
                contract,
                new LoraSpec(4, 8, 0, LoraSpec.ALL_TARGETS),
                "0".repeat(64),
                new AdapterEvaluation(2, 1, reference, 1, List.of(), "greedy,max_tokens=256", null),
                Instant.now(),
                REVISIONS.incrementAndGet());
    }

    /** The same adapter in another state, or again in its own, announced later. */
    public static AdapterAnnounced inState(
            AdapterAnnounced adapter, AdapterAnnounced.State state, String reason) {
        return new AdapterAnnounced(
                adapter.adapterId(),
                adapter.model(),
                state,
                List.of(reason),
                adapter.jobId(),
                adapter.baseId(),
                adapter.adapter(),
                adapter.peft(),
                adapter.contract(),
                adapter.lora(),
                adapter.datasetVersion(),
                adapter.evaluation(),
                adapter.createdAt(),
                REVISIONS.incrementAndGet());
    }

    /** The same adapter, trained for another contract and shape. */
    public static AdapterAnnounced trainedFor(
            AdapterAnnounced adapter, TrainServeContract contract, LoraSpec lora) {
        return new AdapterAnnounced(
                adapter.adapterId(),
                adapter.model(),
                adapter.state(),
                adapter.reasons(),
                adapter.jobId(),
                adapter.baseId(),
                adapter.adapter(),
                adapter.peft(),
                contract,
                lora,
                adapter.datasetVersion(),
                adapter.evaluation(),
                adapter.createdAt(),
                REVISIONS.incrementAndGet());
    }
}
