package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** Anything that is published on a topic of Loramill. */
public sealed interface Event
        permits RowEvent,
                DatasetEvent,
                FreezeRequested,
                TrainingAssignment,
                TrainingEvent,
                WorkerHeartbeat,
                AdapterAnnounced,
                ServingStatus {

    /** Key of the Kafka record; events with one key keep their order. */
    @JsonIgnore
    String key();

    /** CloudEvents subject: the id of the thing that the event is about. */
    @JsonIgnore
    String subject();
}
