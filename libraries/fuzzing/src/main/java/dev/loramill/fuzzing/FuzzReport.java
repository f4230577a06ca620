package dev.loramill.fuzzing;

/**
 * What became of the inputs of a run in which none failed.
 *
 * @param inputs how many were made
 * @param accepted of those, how many were taken
 * @param refused of those, how many were refused
 */
public record FuzzReport(long inputs, long accepted, long refused) {
    /** A run of fewer inputs, such as one that repeats a single one, tells nothing of shares. */
    private static final long LEAST_TOLD = 1_000;

    /**
     * Requires that inputs were made that reach far, and ones that do not: what is refused always,
     * or never, tests little.
     *
     * @param accepted least share of inputs that were taken
     * @param refused least share of inputs that were refused
     */
    public void requireShares(double accepted, double refused) {
        if (inputs >= LEAST_TOLD
                && (this.accepted < accepted * inputs || this.refused < refused * inputs)) {
            throw new AssertionError(
                    "of %,d inputs %,d were accepted and %,d refused, wanted are shares of at least %s and %s"
                            .formatted(inputs, this.accepted, this.refused, accepted, refused));
        }
    }
}
