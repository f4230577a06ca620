package dev.loramill.clean.recipe;

import java.util.List;

/** A document is not a recipe that can be stored; tells every fault. */
public final class InvalidRecipeException extends Exception {
    private static final long serialVersionUID = 1;

    private static final int MOST_FAULTS = 100;
    private static final int LONGEST = 2_000;

    private final transient List<String> faults;

    InvalidRecipeException(List<String> faults) {
        super(String.join("; ", bounded(faults)));
        this.faults = bounded(faults);
    }

    private static List<String> bounded(List<String> faults) {
        return faults.stream()
                .limit(MOST_FAULTS)
                .map(fault -> fault.length() <= LONGEST ? fault : fault.substring(0, LONGEST) + "…")
                .toList();
    }

    /** A sentence for each fault, at least one; of very many the first. */
    public List<String> faults() {
        return faults;
    }
}
