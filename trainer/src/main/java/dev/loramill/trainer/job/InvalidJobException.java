package dev.loramill.trainer.job;

import java.util.List;

/** A job that cannot be run as it is asked for; names every fault. */
public final class InvalidJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Collects the faults in one message, one a line where there are several. */
    public InvalidJobException(List<String> faults) {
        super(
                faults.size() == 1
                        ? faults.getFirst()
                        : faults.size() + " faults:\n- " + String.join("\n- ", faults));
    }

    /** A single fault. */
    public InvalidJobException(String fault) {
        this(List.of(fault));
    }
}
