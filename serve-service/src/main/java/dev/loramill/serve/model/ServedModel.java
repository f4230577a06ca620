package dev.loramill.serve.model;

import dev.loramill.serve.engine.ModelVariant;
import java.time.Instant;
import java.util.Optional;

/**
 * A name that clients can ask for.
 *
 * @param name the name
 * @param variant what the engine generates with
 * @param createdAt when the model was made, or the base was loaded
 * @param root SHA-256 of the file that makes the difference: the adapter's, or the base's own
 * @param parent id of the base, of an adapter
 */
public record ServedModel(
        String name,
        ModelVariant variant,
        Instant createdAt,
        String root,
        Optional<String> parent) {}
