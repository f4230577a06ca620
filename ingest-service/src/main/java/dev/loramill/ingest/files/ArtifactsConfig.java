package dev.loramill.ingest.files;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.LocalArtifactStore;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/** Where artifacts lie. */
@ConfigMapping(prefix = "loramill.artifacts")
public interface ArtifactsConfig {
    /** Directory of the artifact store; the same one for all services. */
    @WithDefault(".loramill/artifacts")
    Path directory();

    /** Opens the store once for the application. */
    @Singleton
    final class Opening {
        private Opening() {}

        @Produces
        @Singleton
        static ArtifactStore store(ArtifactsConfig config) {
            return new LocalArtifactStore(config.directory());
        }
    }
}
