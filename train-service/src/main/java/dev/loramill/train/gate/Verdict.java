package dev.loramill.train.gate;

import java.util.List;

/** What the gate says of an adapter. */
public sealed interface Verdict {
    /** Sentences for a person, each with the figures of base and adapter. */
    List<String> reasons();

    /** The adapter may go live; the reasons say what was measured. */
    record Passed(List<String> reasons) implements Verdict {
        public Passed {
            reasons = List.copyOf(reasons);
        }
    }

    /** The adapter stays out of service; the reasons say what it fell short in. */
    record Held(List<String> reasons) implements Verdict {
        public Held {
            reasons = List.copyOf(reasons);
            if (reasons.isEmpty()) {
                throw new IllegalArgumentException("an adapter is held for at least one reason");
            }
        }
    }
}
