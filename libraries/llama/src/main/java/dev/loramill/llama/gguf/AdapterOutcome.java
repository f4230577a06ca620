package dev.loramill.llama.gguf;

import java.util.List;

/** What came of checking an adapter. */
public sealed interface AdapterOutcome {

    /** The adapter is safe to be loaded by native code and fits the base. */
    record Accepted(AdapterDescription adapter) implements AdapterOutcome {}

    /** The adapter must not reach native code; at least one fault. */
    record Refused(List<GgufFault> faults) implements AdapterOutcome {
        /** Takes a copy. */
        public Refused {
            faults = List.copyOf(faults);
        }

        /** All faults in one line. */
        public String reason() {
            return String.join("; ", faults.stream().map(GgufFault::toString).toList());
        }
    }
}
