package dev.loramill.trainer.kernel;

/**
 * Where a document lies: its rows in the matrices of tokens, and its place in those of heads, which
 * is rounded up so that products come in few shapes.
 *
 * @param start first row
 * @param length rows
 * @param headStart first token among the padded ones of all documents before it
 * @param headLength tokens with padding
 */
public record DocumentSpan(int start, int length, int headStart, int headLength) {
    /** Documents take a multiple of so many tokens in the heads' layout. */
    public static final int MULTIPLE = 32;

    /** A length rounded up to a multiple of {@link #MULTIPLE}. */
    public static int padded(int length) {
        return (length + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    }
}
