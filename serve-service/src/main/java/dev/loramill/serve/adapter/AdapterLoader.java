package dev.loramill.serve.adapter;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.CorruptArtifactException;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.LoraSpec;
import dev.loramill.llama.gguf.AdapterDescription;
import dev.loramill.llama.gguf.AdapterLimits;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.serve.engine.Engine;
import dev.loramill.serve.engine.ModelVariant;
import dev.loramill.serve.engine.ServedBase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Takes an announced adapter to where requests can be routed to it: compares the contract, copies
 * the file while checking its digest, validates the copy, loads it, and proves that it changes what
 * the base says. Generation goes on meanwhile. Not for several threads.
 */
final class AdapterLoader implements AdapterLoading {
    private static final ChatMessage PROBE =
            ChatMessage.user("What can I do about a headache that will not go away?");

    private final ArtifactStore store;
    private final AdapterCopies copies;
    private final Engine engine;
    private final ServedBase base;
    private final double minLogitDifference;
    private final AdapterValidator validator;
    private final int[] probe;
    private final float[] baseLogits;

    AdapterLoader(
            ArtifactStore store,
            AdapterCopies copies,
            Engine engine,
            ServedBase base,
            AdapterConfig config) {
        this.store = store;
        this.copies = copies;
        this.engine = engine;
        this.base = base;
        this.minLogitDifference = config.minLogitDifference();
        this.validator = new AdapterValidator(base.sizes(), limits(config.maxRank()));
        this.probe = engine.chat().prompt(List.of(PROBE));
        this.baseLogits = engine.logits(engine.base(), probe);
    }

    private static AdapterLimits limits(int maxRank) {
        AdapterLimits limits = AdapterLimits.DEFAULT;
        return new AdapterLimits(limits.fileBytes(), maxRank, limits.alpha(), limits.magnitude());
    }

    @Override
    public LoadOutcome load(AdapterAnnounced announced) {
        List<String> differences = base.contract().differences(announced.contract());
        if (!differences.isEmpty()) {
            return new LoadOutcome.Refused(
                    "the adapter was trained for something else than what is served here: "
                            + String.join("; ", differences));
        }
        if (announced.model().equals(base.model().id())) {
            return new LoadOutcome.Refused(
                    "model name \"%s\" is the base's own".formatted(announced.model()));
        }
        try {
            // A private copy: what is validated is what is loaded, whatever happens to the
            // original.
            Path copy = copies.create();
            try {
                return load(announced, copy);
            } finally {
                Files.deleteIfExists(copy);
            }
        } catch (CorruptArtifactException e) {
            return new LoadOutcome.Failed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new LoadOutcome.Unavailable(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return new LoadOutcome.Failed("loading failed: " + e.getMessage());
        }
    }

    @Override
    public void unload(ModelVariant variant, Runnable whenFreed) {
        engine.unload(variant, whenFreed);
    }

    private LoadOutcome load(AdapterAnnounced announced, Path copy) throws IOException {
        try (InputStream content = store.open(announced.adapterId())) {
            Files.copy(content, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return switch (validator.validate(copy)) {
            case AdapterOutcome.Refused refused -> new LoadOutcome.Refused(refused.reason());
            case AdapterOutcome.Accepted accepted -> {
                List<String> faults = compare(announced.lora(), accepted.adapter());
                yield faults.isEmpty()
                        ? prove(announced, engine.load(copy, accepted, announced.model()))
                        : new LoadOutcome.Refused(String.join("; ", faults));
            }
        };
    }

    /** Whether the file holds what was announced: every targeted module, and no other. */
    private List<String> compare(LoraSpec lora, AdapterDescription adapter) {
        List<String> faults = new ArrayList<>();
        List<String> targets =
                adapter.targets().stream().map(AdapterLoader::name).sorted().toList();
        List<String> announced = lora.targets().stream().sorted().toList();
        if (!targets.equals(announced) || adapter.changesOutput()) {
            faults.add(
                    "lora.targets are %s in the announcement and %s in the file"
                            .formatted(announced, targets));
        }
        int expected = base.sizes().blockCount() * announced.size();
        if (faults.isEmpty() && adapter.pairCount() != expected) {
            faults.add(
                    "the file must have %d pairs of matrices, %d targets in each of %d blocks, got %d"
                            .formatted(
                                    expected,
                                    announced.size(),
                                    base.sizes().blockCount(),
                                    adapter.pairCount()));
        }
        if (adapter.rank() != lora.rank()) {
            faults.add(
                    "lora.rank is %d in the announcement and %d in the file"
                            .formatted(lora.rank(), adapter.rank()));
        }
        if (adapter.alpha() != (float) lora.alpha()) {
            faults.add(
                    "lora.alpha is %s in the announcement and %s in the file"
                            .formatted(lora.alpha(), adapter.alpha()));
        }
        return faults;
    }

    private static String name(LoraTarget target) {
        return target.name().toLowerCase(Locale.ROOT);
    }

    private LoadOutcome prove(AdapterAnnounced announced, ModelVariant variant) {
        String refusal;
        try {
            double difference = maxDifference(baseLogits, engine.logits(variant, probe));
            if (difference >= minLogitDifference && Double.isFinite(difference)) {
                return new LoadOutcome.Loaded(variant, difference);
            }
            refusal =
                    "the adapter has no effect: it moves the logits of the probe prompt by at most %s, at least %s is asked for"
                            .formatted(difference, minLogitDifference);
            if (!Double.isFinite(difference)) {
                refusal = "the adapter makes logits of the probe prompt that are not finite";
            }
        } catch (RuntimeException e) {
            refusal =
                    "the effect of \"%s\" cannot be measured: %s"
                            .formatted(announced.model(), e.getMessage());
        }
        engine.unload(variant, () -> {});
        return new LoadOutcome.Refused(refusal);
    }

    /** Greatest absolute difference; not finite if one of them is not. */
    static double maxDifference(float[] one, float[] other) {
        double greatest = 0;
        for (int i = 0; i < one.length; i++) {
            double difference = Math.abs((double) one[i] - other[i]);
            if (!Double.isFinite(difference)) {
                return difference;
            }
            greatest = Math.max(greatest, difference);
        }
        return greatest;
    }
}
