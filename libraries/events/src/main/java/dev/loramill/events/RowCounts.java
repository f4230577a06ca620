package dev.loramill.events;

/**
 * The ledger of a dataset; holds the promise that nothing is lost.
 *
 * @param received rows that came to the door
 * @param kept rows that the recipe kept
 * @param rejected rows refused at the door or by the recipe
 * @param duplicate rows equal to a kept one
 */
public record RowCounts(long received, long kept, long rejected, long duplicate) {
    public RowCounts {
        Check.notNegative("received", received);
        Check.notNegative("kept", kept);
        Check.notNegative("rejected", rejected);
        Check.notNegative("duplicate", duplicate);
        if (received != kept + rejected + duplicate) {
            throw new IllegalArgumentException(
                    "received must equal kept + rejected + duplicate, got %d != %d + %d + %d"
                            .formatted(received, kept, rejected, duplicate));
        }
    }
}
