package dev.loramill.clean.rule;

/**
 * What rules may do to one row, counted in steps: characters that a pattern reads or a rule goes
 * over. Steps and not time, so that a row has the same outcome on every machine; linear in the
 * length of the row, so that one of half a megabyte takes about a second on a slow core. Not for
 * several threads.
 */
public final class StepBudget {
    /** Steps for each character of a row. */
    static final long STEPS_PER_CHARACTER = 150;

    /** Steps that the shortest row has. */
    static final long FREE_STEPS = 4_000_000;

    /** Steps of all examples of a recipe together. */
    private static final long EXAMPLE_STEPS = 40_000_000;

    private static final long MAX_GROWTH = 4;
    private static final long FREE_GROWTH = 10_000;

    private final long granted;
    private final String of;
    private long left;
    private long messageLength;

    private StepBudget(long granted, String of) {
        this.granted = granted;
        this.of = of;
        this.left = granted;
    }

    /** The budget of all rules together on a row of so many characters. */
    public static StepBudget ofRow(long characters) {
        return new StepBudget(
                FREE_STEPS + STEPS_PER_CHARACTER * characters,
                "all rules together on a row of %d characters".formatted(characters));
    }

    /** The budget of all examples of a recipe together. */
    public static StepBudget ofExamples() {
        return new StepBudget(EXAMPLE_STEPS, "all examples of a recipe together");
    }

    /** Begins with a message, whose text may not grow beyond four times its length and some. */
    public void begin(String message) {
        messageLength = message.length();
    }

    /**
     * Takes steps.
     *
     * @throws PatternBudgetException when there are not so many left
     */
    public void spend(long steps) {
        left -= steps;
        if (left < 0) {
            throw new PatternBudgetException(
                    "it needs more steps than there are: %s may take %d; make it simpler"
                            .formatted(of, granted));
        }
    }

    /** Steps that are left, at least none. */
    long left() {
        return Math.max(0, left);
    }

    /** Steps that were taken. */
    public long spent() {
        return granted - left;
    }

    /**
     * Takes the steps of writing a text, before it is written.
     *
     * @param length characters that the text has then
     * @param added characters that are added to it
     * @throws TextGrowthException when the message would become too long
     */
    void grow(long length, long added) {
        if (length > MAX_GROWTH * messageLength + FREE_GROWTH) {
            throw new TextGrowthException(
                    "makes more than %d characters of %d"
                            .formatted(MAX_GROWTH * messageLength + FREE_GROWTH, messageLength));
        }
        spend(added);
    }
}
