package dev.loramill.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a topic has to be like, and who uses it.
 *
 * @param name its name
 * @param partitions number of partitions it is made with; it may have more, since readers need the
 *     order of a key's records only
 * @param cleanup what Kafka does with old records
 * @param retention how long Kafka keeps records at least; empty when for good. A compacted topic
 *     keeps the newest record of each key for good
 * @param maxMessageBytes largest record, or batch of records, in bytes: compressed, but unpacked
 *     where anybody may write
 * @param writers programs that publish on it
 * @param readers programs that consume from it
 */
public record TopicDescription(
        String name,
        int partitions,
        Cleanup cleanup,
        Optional<Duration> retention,
        int maxMessageBytes,
        Set<Program> writers,
        Set<Program> readers) {
    private static final String CLEANUP_POLICY = "cleanup.policy";
    private static final String RETENTION_MILLIS = "retention.ms";
    private static final String RETENTION_BYTES = "retention.bytes";
    private static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    private static final String SEGMENT_MILLIS = "segment.ms";
    private static final String COMPRESSION = "compression.type";
    private static final String UNCOMPRESSED = "uncompressed";
    private static final String UNLIMITED = "-1";
    // The newest segment is never compacted. Managed clusters refuse less than four hours.
    private static final Duration COMPACTED_SEGMENT = Duration.ofHours(4);

    /** What Kafka does with old records. */
    public enum Cleanup {
        /** Deletes them when they are older than the retention. */
        DELETE("delete"),
        /** Keeps the newest record of each key. */
        COMPACT("compact");

        private final String policy;

        Cleanup(String policy) {
            this.policy = policy;
        }

        /** Value of {@code cleanup.policy}. */
        public String policy() {
            return policy;
        }
    }

    public TopicDescription {
        Check.notBlank("name", name);
        Check.positive("partitions", partitions);
        Check.positive("maxMessageBytes", maxMessageBytes);
        if (cleanup == Cleanup.COMPACT && retention.isPresent()) {
            throw new IllegalArgumentException(
                    "topic \"%s\" is compacted, so it can have no retention, got %s"
                            .formatted(name, retention.get()));
        }
        writers = Set.copyOf(writers);
        readers = Set.copyOf(readers);
    }

    /** Kafka's settings of the topic, by key. */
    public Map<String, String> config() {
        Map<String, String> config = new TreeMap<>();
        config.put(CLEANUP_POLICY, cleanup.policy());
        config.put(MAX_MESSAGE_BYTES, Integer.toString(maxMessageBytes));
        if (writers.contains(Program.OUTSIDE)) {
            // Kafka compares what it stores with the limit, and a reader has to unpack that whole.
            config.put(COMPRESSION, UNCOMPRESSED);
        }
        if (cleanup == Cleanup.COMPACT) {
            config.put(SEGMENT_MILLIS, Long.toString(COMPACTED_SEGMENT.toMillis()));
        } else {
            config.put(
                    RETENTION_MILLIS,
                    retention.map(time -> Long.toString(time.toMillis())).orElse(UNLIMITED));
            config.put(RETENTION_BYTES, UNLIMITED);
        }
        return config;
    }

    /**
     * Settings of {@link #config()} that a topic has to be given because its own would lose
     * records, refuse them or keep the wrong ones. Longer retention and larger records are as good.
     *
     * @param actual the topic's settings, by key; what is not there is wrong
     */
    public Map<String, String> corrections(Map<String, String> actual) {
        Map<String, String> corrections = new TreeMap<>();
        config().forEach((key, wanted) -> {
            if (!isGoodEnough(key, wanted, actual.get(key))) {
                corrections.put(key, wanted);
            }
        });
        return corrections;
    }

    /** Whether the topic may have a number of partitions. */
    public boolean allowsPartitions(int actual) {
        return actual >= partitions;
    }

    /**
     * What is wrong with a topic, a sentence for each fault, with what mends it.
     *
     * @param actualPartitions number of partitions it has
     * @param actualConfig its settings, by key, inherited ones included
     */
    public List<String> faults(int actualPartitions, Map<String, String> actualConfig) {
        List<String> faults = new ArrayList<>();
        if (!allowsPartitions(actualPartitions)) {
            faults.add(partitionFault(actualPartitions));
        }
        corrections(actualConfig)
                .forEach((key, wanted) ->
                        faults.add(
                                "topic \"%s\" has %s %s but must have %s\"%s\": kafka-configs --alter --topic %s --add-config %s=%s (or ./loramill topics apply)"
                                        .formatted(
                                                name,
                                                key,
                                                quoted(actualConfig.get(key)),
                                                isLowerBound(key) ? "at least " : "",
                                                wanted,
                                                name,
                                                key,
                                                wanted)));
        return List.copyOf(faults);
    }

    private String partitionFault(int actual) {
        return "topic \"%s\" has %d %s but must have at least %d: kafka-topics --alter --topic %s --partitions %d while it is empty (or ./loramill topics apply); with records in it the order of their keys would break, so work them off first"
                .formatted(
                        name,
                        actual,
                        actual == 1 ? "partition" : "partitions",
                        partitions,
                        name,
                        partitions);
    }

    private static boolean isGoodEnough(String key, String wanted, @Nullable String actual) {
        if (actual == null) {
            // How often a compacted log is rolled is tuning, the rest is promised.
            return key.equals(SEGMENT_MILLIS);
        }
        return switch (key) {
            case RETENTION_MILLIS, RETENTION_BYTES ->
                    actual.equals(UNLIMITED)
                            || (!wanted.equals(UNLIMITED) && isAtLeast(actual, wanted));
            case MAX_MESSAGE_BYTES -> isAtLeast(actual, wanted);
            case SEGMENT_MILLIS -> true;
            default -> actual.equals(wanted);
        };
    }

    private static boolean isLowerBound(String key) {
        return key.equals(RETENTION_MILLIS) || key.equals(MAX_MESSAGE_BYTES);
    }

    private static boolean isAtLeast(String actual, String wanted) {
        try {
            return Long.parseLong(actual) >= Long.parseLong(wanted);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String quoted(@Nullable String value) {
        return value == null ? "none" : "\"" + value + "\"";
    }
}
