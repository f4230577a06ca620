package dev.loramill.serve.adapter;

import dev.loramill.events.ServingStatus;

/** Takes what a replica did with adapters; never blocks. */
interface StatusSink {
    void publish(ServingStatus status);
}
