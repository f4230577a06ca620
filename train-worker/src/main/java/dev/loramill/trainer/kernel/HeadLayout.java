package dev.loramill.trainer.kernel;

/**
 * How heads lie in the matrices that attention multiplies.
 *
 * <p>Legend: a batch holds documents of L tokens from row {@code start}; query heads h of width D.
 * Queries of one document are one piece of memory [heads, L, D], keys and values [kvHeads, L, D].
 *
 * @param heads query heads
 * @param keyValueHeads key heads, and value heads
 * @param dimension width of one head
 */
public record HeadLayout(int heads, int keyValueHeads, int dimension) {

    /** Query heads that share a key head. */
    public int group() {
        return heads / keyValueHeads;
    }

    /** Width of all query heads. */
    public int queryWidth() {
        return heads * dimension;
    }

    /** Width of all key heads, and of all value heads. */
    public int keyValueWidth() {
        return keyValueHeads * dimension;
    }

    /** Width of queries, keys and values side by side. */
    public int width() {
        return queryWidth() + 2 * keyValueWidth();
    }

    /** Element index of a query head's token. */
    public long query(int start, int length, int head, int token) {
        return (long) start * queryWidth() + ((long) head * length + token) * dimension;
    }

    /** Element index of a key or value head's token. */
    public long keyValue(int start, int length, int head, int token) {
        return (long) start * keyValueWidth() + ((long) head * length + token) * dimension;
    }

    /** Index of a query head's token among numbers kept one a head and token. */
    public long perHead(int start, int length, int head, int token) {
        return (long) start * heads + (long) head * length + token;
    }
}
