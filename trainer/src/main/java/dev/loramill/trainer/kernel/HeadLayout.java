package dev.loramill.trainer.kernel;

/**
 * How heads lie in the matrices that attention multiplies.
 *
 * <p>Legend: documents take L tokens, with padding; heads are D wide. The queries of one document
 * are one piece of memory [heads, L, D], its keys and its values [kvHeads, L, D].
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

    /** Element index of a query head's token; tokens are counted from the document's first. */
    public long query(DocumentSpan span, int head, int token) {
        return (long) span.headStart() * queryWidth()
                + ((long) head * span.headLength() + token) * dimension;
    }

    /** Element index of a key or value head's token. */
    public long keyValue(DocumentSpan span, int head, int token) {
        return (long) span.headStart() * keyValueWidth()
                + ((long) head * span.headLength() + token) * dimension;
    }

    /** Index of a query head's token among numbers kept one a head and token. */
    public long perHead(DocumentSpan span, int head, int token) {
        return (long) span.headStart() * heads + (long) head * span.headLength() + token;
    }
}
