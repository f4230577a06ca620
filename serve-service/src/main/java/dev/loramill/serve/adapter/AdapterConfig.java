package dev.loramill.serve.adapter;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which adapters are let in. */
@ConfigMapping(prefix = "loramill.serve.adapters")
interface AdapterConfig {
    /** Name of this replica in what it reports; the host's name by default. */
    Optional<String> replica();

    /**
     * How much an adapter must move a logit of the probe prompt, at least; one that moves none has
     * no effect and is refused.
     */
    @WithDefault("0.001")
    @DecimalMin("0")
    double minLogitDifference();

    /**
     * Folder of the private copies that adapters are loaded from, which only this account may read;
     * by default one of the system's folder for temporary files. What a replica that died has left
     * there is deleted at the next start.
     */
    Optional<Path> copies();

    /**
     * Files of the public keys (Ed25519; X.509, PEM) by whose signature an announcement of an
     * adapter is believed: what train-service writes beside its key. Several while one key replaces
     * another.
     */
    Optional<List<Path>> publicKeys();

    /**
     * Believes announcements of whoever can write to the topic, and no keys are needed: he then
     * decides what is served, and an old announcement that is sent again brings back what was
     * retired. For trials only.
     */
    @WithDefault("false")
    boolean trustUnsigned();

    /** Largest rank that is let in. */
    @WithDefault("256")
    @Min(1)
    @Max(4096)
    int maxRank();

    /** Adapters that are kept loaded at the same time; more wait until others retire. */
    @WithDefault("64")
    @Min(1)
    @Max(100_000)
    int limit();
}
