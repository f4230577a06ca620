package dev.loramill.artifacts;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Opens the artifact store that is configured, once for a service. */
@Singleton
final class ArtifactStoreProducer {
    ArtifactStoreProducer() {}

    @Produces
    @Singleton
    @DefaultBean
    static ArtifactStore store(ArtifactsConfig config) {
        return new LocalArtifactStore(config.directory());
    }
}
