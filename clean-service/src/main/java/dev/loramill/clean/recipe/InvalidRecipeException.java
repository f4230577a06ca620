package dev.loramill.clean.recipe;

import java.util.List;

/** A document is not a recipe that can be stored; tells every fault. */
public final class InvalidRecipeException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> faults;

    InvalidRecipeException(List<String> faults) {
        super(String.join("; ", faults));
        this.faults = List.copyOf(faults);
    }

    /** A sentence for each fault, at least one. */
    public List<String> faults() {
        return faults;
    }
}
