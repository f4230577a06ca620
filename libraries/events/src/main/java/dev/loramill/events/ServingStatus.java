package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** What a serving replica did with an adapter. */
public sealed interface ServingStatus extends Event
        permits AdapterLoaded, AdapterRefused, AdapterEvicted {
    /** Replica that reports. */
    String replicaId();

    /** Adapter that is meant. */
    String adapterId();

    @Override
    @JsonIgnore
    default String key() {
        return replicaId() + "/" + adapterId();
    }

    @Override
    @JsonIgnore
    default String subject() {
        return adapterId();
    }
}
