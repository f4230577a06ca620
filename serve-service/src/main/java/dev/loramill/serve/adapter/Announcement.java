package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What was announced last of an adapter.
 *
 * <p>Announcements are in the order of the times that stand in the events, and at the same time in
 * that of the adapters' ids: of two adapters with one name, every replica sees the same one as the
 * later, whatever partitions they came by and whatever has been compacted away between them.
 *
 * @param adapter what was announced
 * @param announcedAt when, by the event
 * @param seenAt when it was announced, or when this replica first read it, if that is later than
 *     its start
 * @param traceParent trace that it belongs to, which what comes of it goes on with; or null
 */
record Announcement(
        AdapterAnnounced adapter, Instant announcedAt, Instant seenAt, @Nullable String traceParent)
        implements Comparable<Announcement> {
    private static final Comparator<Announcement> ORDER =
            Comparator.comparing(Announcement::announcedAt).thenComparing(Announcement::adapterId);

    String adapterId() {
        return adapter.adapterId();
    }

    /** Number of the announcement among those of its adapter; 0 where none are counted. */
    long revision() {
        Long revision = adapter.revision();
        return revision == null ? 0 : revision;
    }

    @Override
    public int compareTo(Announcement other) {
        return ORDER.compare(this, other);
    }
}
