package dev.loramill.serve.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.util.OptionalInt;

/** What is served and how much of the machine it may use. */
@ConfigMapping(prefix = "loramill.serve")
public interface EngineConfig {
    /** Id of the base in the catalogue; adapters of other bases are refused. */
    @WithDefault("smollm2-135m-instruct")
    @NotBlank
    String base();

    /**
     * Processor cores that generation may use; all of them by default. Lower it where other work
     * shares the machine: a core that is busy otherwise slows all the others down.
     */
    OptionalInt threads();

    /** Most tokens of one conversation, prompt and answer together; bounded by the base's own. */
    @WithDefault("2048")
    @Min(16)
    @Max(1 << 20)
    int contextLength();

    /**
     * Requests for one model that are generated together. Each slot costs the memory of the keys
     * and values of {@link #contextLength()} tokens.
     */
    @WithDefault("4")
    @Min(1)
    @Max(64)
    int slots();

    /**
     * Models (the base and adapters) that generate at the same time; each has a context of its own.
     * The least recently used one that is idle makes room for another.
     */
    @WithDefault("5")
    @Min(1)
    @Max(256)
    int contexts();

    /**
     * Most tokens that are computed in one step. A long prompt is read in pieces of this size, and
     * answers that are being generated wait for each piece.
     */
    @WithDefault("128")
    @Min(1)
    @Max(4096)
    int batchSize();

    /** Requests that may wait for a slot; one more is answered with 503. */
    @WithDefault("64")
    @Min(0)
    @Max(100_000)
    int queueLimit();
}
