package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;

/** An attempt cannot go on; carries what the control plane is told. */
final class AttemptFault extends Exception {
    private static final long serialVersionUID = 1;

    private final FaultCategory category;

    AttemptFault(FaultCategory category, String message) {
        super(message);
        this.category = category;
    }

    FaultCategory category() {
        return category;
    }
}
