package dev.loramill.events;

import dev.loramill.events.TopicDescription.Cleanup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of all Kafka topics, with what each carries, and the description of each. */
public final class Topics {
    /** Public contract: what outside producers write; one row or one small batch. Any key. */
    public static final String ROWS_SUBMITTED = "loramill.rows.submitted";

    /** Validated canonical rows ({@link RowReceived}); key: dataset and row digest. */
    public static final String ROWS_RECEIVED = "loramill.rows.received";

    /** Rows that a recipe kept ({@link RowCleaned}); key: dataset and cleaned digest. */
    public static final String ROWS_CLEANED = "loramill.rows.cleaned";

    /** Rows refused at the door or by a recipe, and duplicates ({@link RowRejected}). */
    public static final String ROWS_REJECTED = "loramill.rows.rejected";

    /** Latest event of each dataset ({@link DatasetEvent}); key: dataset id; compacted. */
    public static final String DATASETS = "loramill.datasets";

    /** Every event of every dataset ({@link DatasetEvent}); key: dataset id; kept for good. */
    public static final String DATASETS_HISTORY = "loramill.datasets.history";

    /** What is to be frozen ({@link FreezeRequested}), answered on datasets; key: dataset id. */
    public static final String FREEZES = "loramill.freezes";

    /** Work for workers ({@link TrainingAssignment}); key: worker id. */
    public static final String TRAINING_ASSIGNMENTS = "loramill.training.assignments";

    /** What attempts report ({@link TrainingEvent}); key: job id. */
    public static final String TRAINING_EVENTS = "loramill.training.events";

    /** Heartbeats ({@link WorkerHeartbeat}); key: worker id; compacted. */
    public static final String WORKERS = "loramill.workers";

    /** Latest state of each adapter ({@link AdapterAnnounced}); key: adapter id; compacted. */
    public static final String ADAPTERS = "loramill.adapters";

    /** What replicas did with adapters ({@link ServingStatus}); key: replica and adapter id. */
    public static final String SERVING_STATUS = "loramill.serving.status";

    private static final String DEAD_LETTER_SUFFIX = ".dlq";
    private static final int ROW_PARTITIONS = 4;
    private static final int MAX_MESSAGE_BYTES = 8 << 20;
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration QUARTER = Duration.ofDays(90);

    private static final List<TopicDescription> CARRIERS =
            List.of(
                    rows(ROWS_SUBMITTED, WEEK, Set.of(Program.OUTSIDE), Set.of(Program.INGEST)),
                    rows(ROWS_RECEIVED, MONTH, Set.of(Program.INGEST), Set.of(Program.CLEAN)),
                    rows(ROWS_CLEANED, MONTH, Set.of(Program.CLEAN), Set.of(Program.CLEAN)),
                    rows(
                            ROWS_REJECTED,
                            MONTH,
                            Set.of(Program.INGEST, Program.CLEAN),
                            Set.of(Program.CLEAN)),
                    compacted(
                            DATASETS, Set.of(Program.INGEST, Program.CLEAN), Set.of(Program.TRAIN)),
                    log(
                            DATASETS_HISTORY,
                            Optional.empty(),
                            Set.of(Program.INGEST, Program.CLEAN),
                            Set.of(Program.CLEAN)),
                    log(FREEZES, Optional.of(WEEK), Set.of(Program.TRAIN), Set.of(Program.CLEAN)),
                    log(
                            TRAINING_ASSIGNMENTS,
                            Optional.of(WEEK),
                            Set.of(Program.TRAIN),
                            Set.of(Program.WORKER)),
                    log(
                            TRAINING_EVENTS,
                            Optional.of(QUARTER),
                            Set.of(Program.WORKER),
                            Set.of(Program.TRAIN)),
                    compacted(WORKERS, Set.of(Program.WORKER), Set.of(Program.TRAIN)),
                    compacted(ADAPTERS, Set.of(Program.TRAIN), Set.of(Program.SERVE)),
                    log(
                            SERVING_STATUS,
                            Optional.of(WEEK),
                            Set.of(Program.SERVE),
                            Set.of(Program.TRAIN)));

    private static final Map<String, TopicDescription> BY_NAME =
            descriptions().stream()
                    .collect(Collectors.toMap(TopicDescription::name, Function.identity()));

    private Topics() {}

    /** All topics except dead-letter queues. */
    public static List<String> all() {
        return CARRIERS.stream().map(TopicDescription::name).toList();
    }

    /** Descriptions of all topics, each with its dead-letter queue behind it. */
    public static List<TopicDescription> descriptions() {
        return CARRIERS.stream().flatMap(topic -> Stream.of(topic, deadLettersOf(topic))).toList();
    }

    /**
     * Description of a topic or of a dead-letter queue.
     *
     * @throws IllegalArgumentException when Loramill has no such topic
     */
    public static TopicDescription description(String topic) {
        TopicDescription description = BY_NAME.get(topic);
        if (description == null) {
            throw new IllegalArgumentException(
                    "there is no topic \"%s\"; known are %s".formatted(topic, all()));
        }
        return description;
    }

    /** Name of the dead-letter queue of a topic. */
    public static String deadLetters(String topic) {
        return topic + DEAD_LETTER_SUFFIX;
    }

    /**
     * Largest record, or compressed batch of records, that a topic is sure to take, in bytes; of a
     * topic that is not Loramill's it is assumed to be as large as theirs.
     */
    public static int maxMessageBytes(String topic) {
        TopicDescription description = BY_NAME.get(topic);
        return description == null ? MAX_MESSAGE_BYTES : description.maxMessageBytes();
    }

    private static TopicDescription rows(
            String name, Duration retention, Set<Program> writers, Set<Program> readers) {
        return new TopicDescription(
                name,
                ROW_PARTITIONS,
                Cleanup.DELETE,
                Optional.of(retention),
                MAX_MESSAGE_BYTES,
                writers,
                readers);
    }

    private static TopicDescription log(
            String name, Optional<Duration> retention, Set<Program> writers, Set<Program> readers) {
        return new TopicDescription(
                name, 1, Cleanup.DELETE, retention, MAX_MESSAGE_BYTES, writers, readers);
    }

    private static TopicDescription compacted(
            String name, Set<Program> writers, Set<Program> readers) {
        return new TopicDescription(
                name, 1, Cleanup.COMPACT, Optional.empty(), MAX_MESSAGE_BYTES, writers, readers);
    }

    /** Whoever reads a topic sets its unreadable records aside; people read those. */
    private static TopicDescription deadLettersOf(TopicDescription topic) {
        return log(deadLetters(topic.name()), Optional.of(MONTH), topic.readers(), Set.of());
    }
}
