package dev.loramill.serve.engine;

import java.util.List;

/** Generates for the requests of one context; used by one thread at a time, by any in turn. */
interface VariantDecoder extends AutoCloseable {
    /**
     * Takes requests in and computes one step for all that are under way.
     *
     * @param admitted no more than there are free slots
     * @param threads cores to use
     * @return requests that are still under way
     */
    int step(List<Generation> admitted, int threads);

    /** Fails whatever is under way and frees the context. */
    @Override
    void close();
}
