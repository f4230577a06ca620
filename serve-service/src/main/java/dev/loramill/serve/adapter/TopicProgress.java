package dev.loramill.serve.adapter;

import java.util.HashMap;
import java.util.Map;

/**
 * How far the topic was read, in memory only: to go on there when partitions are assigned again,
 * and to know when all that stood in the topic at the start was read. Safe for many threads.
 */
final class TopicProgress {
    private final Map<Integer, Long> ends = new HashMap<>();
    private final Map<Integer, Long> positions = new HashMap<>();

    /**
     * A partition is assigned.
     *
     * @param beginning its first offset
     * @param end offset of the next record that it will get
     * @return where to go on
     */
    synchronized long assigned(int partition, long beginning, long end) {
        long position = Math.max(beginning, positions.getOrDefault(partition, beginning));
        long next = position > end ? beginning : position;
        ends.put(partition, end);
        positions.put(partition, next);
        return next;
    }

    /** Whether a partition holds less than was read of it: it is not the same any more. */
    synchronized boolean isNew(int partition, long end) {
        return positions.getOrDefault(partition, 0L) > end;
    }

    /** All records before a position were taken. */
    synchronized void taken(int partition, long position) {
        positions.merge(partition, position, Math::max);
    }

    /** Whether a record was taken before. */
    synchronized boolean isTaken(int partition, long offset) {
        return offset < positions.getOrDefault(partition, 0L);
    }

    /** Whether all partitions were read to where they ended when they were assigned. */
    synchronized boolean isAtEnd() {
        return isAtEnd(positions);
    }

    /** Whether these positions are those of a topic that was read to where it ended. */
    synchronized boolean isAtEnd(Map<Integer, Long> actual) {
        return !ends.isEmpty()
                && ends.entrySet().stream()
                        .allMatch(end -> actual.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }
}
