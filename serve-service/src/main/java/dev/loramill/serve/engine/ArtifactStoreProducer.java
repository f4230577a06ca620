package dev.loramill.serve.engine;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.LocalArtifactStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Opens the artifact store that was configured. */
@Singleton
class ArtifactStoreProducer {
    @Produces
    @Singleton
    ArtifactStore store(ArtifactsConfig config) {
        return new LocalArtifactStore(config.directory());
    }
}
