package dev.loramill.serve.adapter;

import dev.loramill.messaging.Contact;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Keeps readiness red until all adapters that were announced before the start are served. */
@Singleton
class AdapterContact implements Contact {
    private final Adapters adapters;

    AdapterContact(Adapters adapters) {
        this.adapters = adapters;
    }

    @Override
    public String name() {
        return "adapters";
    }

    @Override
    public Optional<String> fault() {
        return adapters.isComplete()
                ? Optional.empty()
                : Optional.of("the announced adapters are being read");
    }
}
