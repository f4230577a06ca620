package dev.loramill.train.schedule;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.train.gate.FirstGate;
import dev.loramill.train.gate.Gate;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Provides the parts that know nothing of the application they stand in. */
@ApplicationScoped
class Parts {
    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    Gate gate() {
        return new FirstGate();
    }

    @Produces
    @Singleton
    ArtifactStore artifacts(ArtifactsConfig config) {
        return new LocalArtifactStore(config.directory());
    }
}
