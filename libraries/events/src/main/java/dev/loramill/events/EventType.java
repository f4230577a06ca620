package dev.loramill.events;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Names that the kinds of event have in {@code ce_type}, and the topic each belongs on. */
public enum EventType {
    ROW_RECEIVED("loramill.row.received.v1", RowReceived.class, Topics.ROWS_RECEIVED),
    ROW_CLEANED("loramill.row.cleaned.v1", RowCleaned.class, Topics.ROWS_CLEANED),
    ROW_REJECTED("loramill.row.rejected.v1", RowRejected.class, Topics.ROWS_REJECTED),
    DATASET_OPENED("loramill.dataset.opened.v1", DatasetOpened.class, Topics.DATASETS),
    DATASET_SEALED("loramill.dataset.sealed.v1", DatasetSealed.class, Topics.DATASETS),
    DATASET_CLEANED("loramill.dataset.cleaned.v1", DatasetCleaned.class, Topics.DATASETS),
    DATASET_FROZEN("loramill.dataset.frozen.v1", DatasetFrozen.class, Topics.DATASETS),
    DATASET_DELETED("loramill.dataset.deleted.v1", DatasetDeleted.class, Topics.DATASETS),
    FREEZE_REQUESTED("loramill.freeze.requested.v1", FreezeRequested.class, Topics.FREEZES),
    FREEZE_REFUSED("loramill.freeze.refused.v1", FreezeRefused.class, Topics.DATASETS),
    ATTEMPT_ASSIGNED(
            "loramill.attempt.assigned.v1", AttemptAssigned.class, Topics.TRAINING_ASSIGNMENTS),
    ATTEMPT_CANCELLED(
            "loramill.attempt.cancelled.v1", AttemptCancelled.class, Topics.TRAINING_ASSIGNMENTS),
    ATTEMPT_STARTED("loramill.attempt.started.v1", AttemptStarted.class, Topics.TRAINING_EVENTS),
    TRAINING_PROGRESSED(
            "loramill.training.progressed.v1", TrainingProgressed.class, Topics.TRAINING_EVENTS),
    TRAINING_EVALUATED(
            "loramill.training.evaluated.v1", TrainingEvaluated.class, Topics.TRAINING_EVENTS),
    TRAINING_CHECKPOINTED(
            "loramill.training.checkpointed.v1",
            TrainingCheckpointed.class,
            Topics.TRAINING_EVENTS),
    ATTEMPT_FINISHED("loramill.attempt.finished.v1", AttemptFinished.class, Topics.TRAINING_EVENTS),
    ATTEMPT_FAILED("loramill.attempt.failed.v1", AttemptFailed.class, Topics.TRAINING_EVENTS),
    WORKER_HEARTBEAT("loramill.worker.heartbeat.v1", WorkerHeartbeat.class, Topics.WORKERS),
    ADAPTER_ANNOUNCED("loramill.adapter.announced.v1", AdapterAnnounced.class, Topics.ADAPTERS),
    ADAPTER_LOADED("loramill.adapter.loaded.v1", AdapterLoaded.class, Topics.SERVING_STATUS),
    ADAPTER_REFUSED("loramill.adapter.refused.v1", AdapterRefused.class, Topics.SERVING_STATUS),
    ADAPTER_EVICTED("loramill.adapter.evicted.v1", AdapterEvicted.class, Topics.SERVING_STATUS);

    private static final Map<String, EventType> BY_NAME =
            Arrays.stream(values())
                    .collect(Collectors.toMap(EventType::typeName, Function.identity()));
    private static final Map<Class<? extends Event>, EventType> BY_CLASS =
            Arrays.stream(values())
                    .collect(Collectors.toMap(EventType::eventClass, Function.identity()));

    private final String typeName;
    private final Class<? extends Event> eventClass;
    private final String topic;

    EventType(String typeName, Class<? extends Event> eventClass, String topic) {
        this.typeName = typeName;
        this.eventClass = eventClass;
        this.topic = topic;
    }

    /** Value of the header {@code ce_type}. */
    public String typeName() {
        return typeName;
    }

    /** Record that holds such an event. */
    public Class<? extends Event> eventClass() {
        return eventClass;
    }

    /** Topic that such events are published on. */
    public String topic() {
        return topic;
    }

    /** Type of an event. */
    public static EventType of(Event event) {
        EventType type = BY_CLASS.get(event.getClass());
        if (type == null) {
            throw new IllegalStateException(
                    "no event type is registered for " + event.getClass().getName());
        }
        return type;
    }

    /** Type with a {@code ce_type}; empty when this version does not know it. */
    public static Optional<EventType> named(String typeName) {
        return Optional.ofNullable(BY_NAME.get(typeName));
    }
}
