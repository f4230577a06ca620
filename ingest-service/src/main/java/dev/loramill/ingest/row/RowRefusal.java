package dev.loramill.ingest.row;

/** Ends the reading of one row; becomes {@link IntakeOutcome.Refused} in {@link RowReader}. */
final class RowRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final RowRule rule;

    RowRefusal(RowRule rule, String reason) {
        // Rows are refused by the thousand, and nobody reads where.
        super(reason, null, false, false);
        this.rule = rule;
    }

    IntakeOutcome.Refused outcome() {
        return new IntakeOutcome.Refused(rule, String.valueOf(getMessage()));
    }
}
