package dev.loramill.serve.engine;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.llama.gguf.BaseOutcome;
import dev.loramill.llama.gguf.BaseValidator;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the base in the catalogue, checks it, and starts an engine for it. */
final class BaseLoader {
    private final Path catalogue;
    private final ArtifactStore store;
    private final EngineConfig config;
    private final MeterRegistry registry;

    BaseLoader(Path catalogue, ArtifactStore store, EngineConfig config, MeterRegistry registry) {
        this.catalogue = catalogue;
        this.store = store;
        this.config = config;
        this.registry = registry;
    }

    /** One try: the engine, or why there is none. */
    EngineState load() {
        try {
            BaseCatalogue bases = BaseCatalogue.read(catalogue);
            Optional<BaseModel> base = bases.find(config.base());
            if (base.isEmpty()) {
                return new EngineState.Waiting(missing(bases));
            }
            return load(base.get());
        } catch (IOException | UncheckedIOException e) {
            return new EngineState.Waiting(
                    "base \"%s\" cannot be read: %s".formatted(config.base(), e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            return new EngineState.Waiting(
                    "base \"%s\" cannot be loaded: %s".formatted(config.base(), e.getMessage()));
        }
    }

    private EngineState load(BaseModel base) throws IOException {
        Path file = store.localPath(base.sha256());
        switch (BaseValidator.validate(file)) {
            case BaseOutcome.Refused refused -> {
                return new EngineState.Waiting(
                        "base \"%s\" is not fit to be served: %s"
                                .formatted(base.id(), refused.reason()));
            }
            case BaseOutcome.Accepted _ -> {
                Engine engine = Engine.start(file, EngineLimits.of(config), registry);
                boolean isRead = false;
                try {
                    ServedBase served = ServedBase.read(base, file, engine.chat());
                    isRead = true;
                    return new EngineState.Serving(engine, served);
                } finally {
                    if (!isRead) {
                        engine.close();
                    }
                }
            }
        }
    }

    private String missing(BaseCatalogue bases) {
        String known =
                bases.all().stream()
                        .map(base -> "\"" + base.id() + "\"")
                        .collect(Collectors.joining(", "));
        return "base \"%s\" is not in the catalogue \"%s\", which has %s; add it, or name another in loramill.serve.base"
                .formatted(config.base(), catalogue, known.isEmpty() ? "none" : known);
    }
}
