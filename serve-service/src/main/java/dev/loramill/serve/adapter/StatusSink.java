package dev.loramill.serve.adapter;

import dev.loramill.events.ServingStatus;

/**
 * Takes what a replica did with adapters, in the trace of the thread that tells it; never blocks,
 * and may be called by any thread.
 */
interface StatusSink {
    void publish(ServingStatus status);
}
