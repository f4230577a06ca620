package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the topic says of each adapter, from the last record of it.
 *
 * <p>The last record is the one with the greatest revision: an older announcement that somebody
 * sends again changes nothing. Among records of one revision it is, within a partition, the later
 * offset, as for Kafka's compaction. An adapter has records in several partitions only where
 * partitions were added to the topic; then the later time counts. So replicas that have read the
 * same partitions to the same ends know the same, however the partitions were interleaved. Not for
 * several threads.
 */
final class AnnouncedAdapters {
    private final Map<String, Map<Integer, LastRecord>> lastRecords = new HashMap<>();

    /** The last record of an adapter in a partition; of a deletion, without an announcement. */
    private record LastRecord(
            long revision,
            long offset,
            int partition,
            Instant at,
            Optional<Announcement> announcement) {
        private boolean isAfter(LastRecord other) {
            return revision == other.revision ? offset > other.offset : revision > other.revision;
        }
    }

    /** Takes an announcement from its place in the topic. */
    void announced(int partition, long offset, Announcement announcement) {
        take(
                announcement.adapterId(),
                new LastRecord(
                        announcement.revision(),
                        offset,
                        partition,
                        announcement.announcedAt(),
                        Optional.of(announcement)));
    }

    /** Takes a deletion from its place in the topic; it is of what was announced by then. */
    void deleted(int partition, long offset, String adapterId, Instant at) {
        long revision =
                lastRecords.getOrDefault(adapterId, Map.of()).values().stream()
                        .mapToLong(LastRecord::revision)
                        .max()
                        .orElse(0);
        take(adapterId, new LastRecord(revision, offset, partition, at, Optional.empty()));
    }

    private void take(String adapterId, LastRecord record) {
        lastRecords
                .computeIfAbsent(adapterId, _ -> new HashMap<>())
                .merge(
                        record.partition(),
                        record,
                        (known, next) -> next.isAfter(known) ? next : known);
    }

    /**
     * The partition was made anew: whatever comes now is later than all that was known of it, but
     * for announcements of a smaller revision.
     */
    void restarted(int partition) {
        for (Map<Integer, LastRecord> records : lastRecords.values()) {
            records.computeIfPresent(
                    partition,
                    (_, known) ->
                            new LastRecord(
                                    known.revision(),
                                    -1,
                                    partition,
                                    known.at(),
                                    known.announcement()));
        }
    }

    /** The adapters that are to be served, in the order of their announcements. */
    List<Announcement> live() {
        return lastRecords.keySet().stream()
                .flatMap(adapterId -> last(adapterId).stream())
                .filter(last -> last.adapter().state() == AdapterAnnounced.State.LIVE)
                .sorted()
                .toList();
    }

    /** What was announced last of an adapter; empty when it was deleted or never announced. */
    Optional<Announcement> last(String adapterId) {
        return lastRecords.getOrDefault(adapterId, Map.of()).values().stream()
                .max(
                        Comparator.comparing(LastRecord::revision)
                                .thenComparing(LastRecord::at)
                                .thenComparing(LastRecord::partition))
                .flatMap(LastRecord::announcement);
    }
}
