package dev.loramill.train.registry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.loramill.train.gate.Verdict;
import java.util.List;

/** Where an adapter stands; each state has only the transitions that are legal from it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AdapterState.Live.class, name = "live"),
    @JsonSubTypes.Type(value = AdapterState.Held.class, name = "held"),
    @JsonSubTypes.Type(value = AdapterState.Retired.class, name = "retired")
})
public sealed interface AdapterState {
    /** Word for the state. */
    String word();

    /** Sentences on how it came to this state. */
    List<String> reasons();

    /** Just trained: not stored, since the verdict is given in the same moment. */
    record Trained() {
        AdapterState judged(Verdict verdict) {
            return switch (verdict) {
                case Verdict.Passed(List<String> reasons) -> new Live(reasons);
                case Verdict.Held(List<String> reasons) -> new Held(reasons);
            };
        }
    }

    /** Served under its model name. */
    record Live(List<String> reasons) implements AdapterState {
        public Live {
            reasons = List.copyOf(reasons);
        }

        Held held(String reason) {
            return new Held(List.of(reason));
        }

        Retired retired(String reason) {
            return new Retired(List.of(reason));
        }

        @Override
        public String word() {
            return "live";
        }
    }

    /** Kept out of service; a person can promote it. */
    record Held(List<String> reasons) implements AdapterState {
        public Held {
            reasons = List.copyOf(reasons);
        }

        Live promoted(String reason) {
            return new Live(List.of(reason));
        }

        Retired retired(String reason) {
            return new Retired(List.of(reason));
        }

        @Override
        public String word() {
            return "held";
        }
    }

    /** Out of service for good. */
    record Retired(List<String> reasons) implements AdapterState {
        public Retired {
            reasons = List.copyOf(reasons);
        }

        @Override
        public String word() {
            return "retired";
        }
    }
}
