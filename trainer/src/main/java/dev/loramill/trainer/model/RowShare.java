package dev.loramill.trainer.model;

/**
 * The rows of a batch that are one member's.
 *
 * <p>Shares are rounded up so that products come in few shapes: libtorch compiles code for every
 * new one and keeps it. Rows of padding hold old numbers; only those of the inner vectors and their
 * gradients are zero, so that they add nothing to gradients of weights.
 *
 * @param from first row
 * @param to row after the last
 * @param productRows rows that products take from {@code from} on
 */
record RowShare(int from, int to, int productRows) {
    private static final int MULTIPLE = 32;
    private static final int SHARE_MULTIPLE = 16;

    static RowShare of(int rows, int members, int member) {
        int each = each(rows, members);
        int from = member * each;
        return from >= rows
                ? new RowShare(rows, rows, 0)
                : new RowShare(from, Math.min(rows, from + each), each);
    }

    /** Rows that matrices must have for batches of up to {@code rows}. */
    static int allocated(int rows, int members) {
        return each(rows, members) * members;
    }

    static int rounded(int rows) {
        return (rows + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    }

    private static int each(int rows, int members) {
        int each = (rows + members - 1) / members;
        return (each + SHARE_MULTIPLE - 1) / SHARE_MULTIPLE * SHARE_MULTIPLE;
    }
}
