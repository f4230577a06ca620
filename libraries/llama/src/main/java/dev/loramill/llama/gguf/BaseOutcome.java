package dev.loramill.llama.gguf;

import java.util.List;

/** What came of checking a base model. */
public sealed interface BaseOutcome {

    /** The base is complete and safe to be loaded by native code. */
    record Accepted(ModelHyperparameters model) implements BaseOutcome {}

    /** The base must not reach native code; at least one fault. */
    record Refused(List<GgufFault> faults) implements BaseOutcome {
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
