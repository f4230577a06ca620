package dev.loramill.serve.engine;

import dev.loramill.messaging.Contact;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Keeps readiness red until the base is loaded, and while it cannot generate, with the reason. */
@Singleton
class BaseContact implements Contact {
    private final EngineLifecycle lifecycle;

    BaseContact(EngineLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public String name() {
        return "base";
    }

    @Override
    public Optional<String> fault() {
        return switch (lifecycle.state()) {
            case EngineState.Serving(Engine engine, _) -> engine.fault();
            case EngineState.Waiting(String reason) -> Optional.of(reason);
            case EngineState.Stopped _ -> Optional.of("the server is shutting down");
        };
    }
}
