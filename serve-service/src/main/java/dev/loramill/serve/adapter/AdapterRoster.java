package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.AdapterRefused;
import dev.loramill.serve.engine.Engine;
import dev.loramill.serve.engine.ServedBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The adapters that are to be served according to the log, and those that are. Announcements are
 * applied one after the other by one thread; what was applied before changes nothing when it is
 * applied again.
 */
final class AdapterRoster {
    private static final Logger LOGGER = Logger.getLogger(AdapterRoster.class);

    private final Engine engine;
    private final ServedModel base;
    private final Function<AdapterAnnounced, LoadOutcome> loader;
    private final Replica replica;
    private final ServedModels models;
    private final StatusSink statuses;
    private final Clock clock;
    private final int limit;
    private final Map<String, Announcement> waiting = new LinkedHashMap<>();
    private volatile Map<String, ServedAdapter> served = Map.of();

    /**
     * An announcement and where it stood.
     *
     * @param adapter what was announced
     * @param offset place in the log
     * @param seenAt when it was announced, or when this replica first read it, if that is later
     *     than its start
     */
    record Announcement(AdapterAnnounced adapter, long offset, Instant seenAt) {}

    AdapterRoster(
            Engine engine,
            ServedBase base,
            Function<AdapterAnnounced, LoadOutcome> loader,
            Replica replica,
            ServedModels models,
            StatusSink statuses,
            Clock clock,
            int limit) {
        this.engine = engine;
        this.base =
                new ServedModel(
                        base.model().id(),
                        engine.base(),
                        clock.instant(),
                        base.model().sha256(),
                        Optional.empty());
        this.loader = loader;
        this.replica = replica;
        this.models = models;
        this.statuses = statuses;
        this.clock = clock;
        this.limit = limit;
        route();
    }

    /** The adapters that are served, in the order of their announcements. */
    List<ServedAdapter> served() {
        return served.values().stream()
                .sorted(Comparator.comparingLong(ServedAdapter::offset))
                .toList();
    }

    /** Takes an announcement. */
    void announced(Announcement announcement) {
        AdapterAnnounced adapter = announcement.adapter();
        waiting.remove(adapter.adapterId());
        switch (adapter.state()) {
            case LIVE -> serve(announcement);
            case TRAINED -> evict(adapter.adapterId(), "it is no longer live");
            case HELD -> evict(adapter.adapterId(), because("it is held", adapter.reasons()));
            case RETIRED -> evict(adapter.adapterId(), because("it is retired", adapter.reasons()));
        }
    }

    /** The log no longer knows an adapter. */
    void forgotten(String adapterId) {
        waiting.remove(adapterId);
        evict(adapterId, "its announcement was deleted");
    }

    /** Tries those again whose files could not be read. */
    void retry() {
        for (Announcement announcement : List.copyOf(waiting.values())) {
            load(announcement);
        }
    }

    private static String because(String state, List<String> reasons) {
        return reasons.isEmpty() ? state : state + ": " + String.join("; ", reasons);
    }

    private void serve(Announcement announcement) {
        ServedAdapter known = served.get(announcement.adapter().adapterId());
        if (known == null) {
            load(announcement);
        } else {
            put(known.withAnnouncement(announcement.adapter(), announcement.offset()));
        }
    }

    private void load(Announcement announcement) {
        AdapterAnnounced adapter = announcement.adapter();
        if (served.size() >= limit) {
            refuse(
                    adapter,
                    "%d adapters are loaded, no more are allowed by loramill.serve.adapters.limit; retire one"
                            .formatted(limit));
            return;
        }
        switch (loader.apply(adapter)) {
            case LoadOutcome.Loaded loaded -> {
                waiting.remove(adapter.adapterId());
                loaded(announcement, loaded);
            }
            case LoadOutcome.Refused(String reason) -> {
                waiting.remove(adapter.adapterId());
                refuse(adapter, reason);
            }
            case LoadOutcome.Unavailable(String reason) -> {
                if (waiting.put(adapter.adapterId(), announcement) == null) {
                    refuse(adapter, "its file cannot be read now, it is tried again: " + reason);
                }
            }
        }
    }

    private void loaded(Announcement announcement, LoadOutcome.Loaded loaded) {
        AdapterAnnounced adapter = announcement.adapter();
        Instant now = clock.instant();
        Duration loadTime = Duration.between(announcement.seenAt(), now);
        put(
                new ServedAdapter(
                        adapter,
                        announcement.offset(),
                        loaded.variant(),
                        loaded.maxLogitDifference(),
                        now,
                        loadTime.isNegative() ? Duration.ZERO : loadTime));
        LOGGER.infof(
                "Adapter loaded adapterId=%s model=%s maxLogitDifference=%s",
                adapter.adapterId(), adapter.model(), loaded.maxLogitDifference());
        statuses.publish(
                new AdapterLoaded(
                        replica.id(),
                        adapter.adapterId(),
                        adapter.model(),
                        loaded.maxLogitDifference(),
                        Math.max(0, loadTime.toMillis()),
                        replica.startedAt()));
    }

    private void refuse(AdapterAnnounced adapter, String reason) {
        LOGGER.warnf(
                "Adapter refused adapterId=%s model=%s reason=%s",
                adapter.adapterId(), adapter.model(), reason);
        statuses.publish(
                new AdapterRefused(replica.id(), adapter.adapterId(), adapter.model(), reason));
    }

    private void put(ServedAdapter adapter) {
        Map<String, ServedAdapter> next = new LinkedHashMap<>(served);
        next.put(adapter.announced().adapterId(), adapter);
        served = Map.copyOf(next);
        route();
    }

    private void evict(String adapterId, String reason) {
        ServedAdapter adapter = served.get(adapterId);
        if (adapter == null) {
            return;
        }
        Map<String, ServedAdapter> next = new LinkedHashMap<>(served);
        next.remove(adapterId);
        served = Map.copyOf(next);
        route();
        String model = adapter.announced().model();
        engine.unload(
                adapter.variant(),
                () -> {
                    LOGGER.infof(
                            "Adapter evicted adapterId=%s model=%s reason=%s",
                            adapterId, model, reason);
                    statuses.publish(new AdapterEvicted(replica.id(), adapterId, model, reason));
                });
    }

    private void route() {
        List<ServedModel> next = new ArrayList<>();
        next.add(base);
        for (ServedAdapter adapter : served()) {
            AdapterAnnounced announced = adapter.announced();
            next.add(
                    new ServedModel(
                            announced.model(),
                            adapter.variant(),
                            announced.createdAt(),
                            announced.adapterId(),
                            Optional.of(base.name())));
        }
        models.replace(next);
    }
}
