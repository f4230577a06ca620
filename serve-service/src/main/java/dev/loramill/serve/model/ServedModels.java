package dev.loramill.serve.model;

import dev.loramill.http.RefusedException;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The models that can be asked for now; changes as a whole, so readers never see half a change. */
@Singleton
public class ServedModels {
    private volatile Map<String, ServedModel> byName = Map.of();
    private @Nullable ServedModel base;

    /** The model of a name. */
    public Optional<ServedModel> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The model of a name.
     *
     * @throws RefusedException naming the models that are served, when it is none of them
     */
    public ServedModel require(String name) {
        return find(name).orElseThrow(() -> notServed(name));
    }

    /** Tells a client that a model is not served, and which are. */
    public RefusedException notServed(String name) {
        return RefusedException.missing(
                "model_not_found",
                "model",
                "model \"%s\" is not served here; served are: %s"
                        .formatted(
                                name,
                                byName.keySet().stream()
                                        .map(served -> "\"" + served + "\"")
                                        .collect(Collectors.joining(", "))));
    }

    /** All models, the base first. */
    public List<ServedModel> all() {
        return List.copyOf(byName.values());
    }

    /** The base is loaded; until an adapter is, it is the only model. */
    public synchronized void serveBase(ServedModel loaded) {
        base = loaded;
        replace(List.of());
    }

    /** Serves the base and these adapters, and no others; of one name, the last counts. */
    public synchronized void replaceAdapters(Collection<ServedModel> adapters) {
        replace(adapters);
    }

    private void replace(Collection<ServedModel> adapters) {
        Map<String, ServedModel> next = new LinkedHashMap<>();
        if (base != null) {
            next.put(base.name(), base);
        }
        for (ServedModel adapter : adapters) {
            next.put(adapter.name(), adapter);
        }
        byName = next;
    }
}
