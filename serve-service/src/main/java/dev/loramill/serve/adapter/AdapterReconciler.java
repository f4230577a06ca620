package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.AdapterRefused;
import dev.loramill.events.ServingStatus;
import dev.loramill.messaging.Trace;
import dev.loramill.serve.model.ServedModel;
import dev.loramill.serve.model.ServedModels;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the adapters that are served to those that are announced. What is served in the end
 * depends on the announcements alone, not on the order in which they came; to reconcile once more
 * changes nothing, except that files which could not be read, and loads that failed, are tried
 * again. Not for several threads, but {@link #served} is for any.
 */
final class AdapterReconciler {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterReconciler.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    /** Up to 10 minutes 40 seconds. */
    private static final int MAX_DOUBLINGS = 7;

    private final AdapterLoading loading;
    private final String baseId;
    private final ServedModels models;
    private final StatusSink statuses;
    private final Replica replica;
    private final Clock clock;
    private final int limit;
    // Announcements that were answered by a refusal, so that each is refused once.
    private final Map<String, Announcement> unfit = new HashMap<>();
    private final Map<String, Announcement> waiting = new HashMap<>();
    private final Map<String, Failure> failures = new HashMap<>();
    private volatile Map<String, ServedAdapter> served = Map.of();

    /** A load that went wrong, and when it is tried again. */
    private record Failure(Announcement announcement, int count, Instant retryAt) {}

    AdapterReconciler(
            AdapterLoading loading,
            String baseId,
            ServedModels models,
            StatusSink statuses,
            Replica replica,
            Clock clock,
            int limit) {
        this.loading = loading;
        this.baseId = baseId;
        this.models = models;
        this.statuses = statuses;
        this.replica = replica;
        this.clock = clock;
        this.limit = limit;
    }

    /** The adapters that are served, in the order of their announcements. */
    List<ServedAdapter> served() {
        return served.values().stream().sorted().toList();
    }

    /** Lets go of what is no longer live, and loads what is and fits within the limit. */
    void reconcile(AnnouncedAdapters announced) {
        for (ServedAdapter adapter : served()) {
            Optional<Announcement> last = announced.last(adapter.adapterId());
            if (!isLive(last)) {
                evict(adapter, reason(last), last.orElseGet(adapter::announcement).traceParent());
            }
        }
        int room = limit;
        List<Announcement> live = announced.live();
        for (Announcement announcement : live) {
            if (room > 0) {
                room -= serve(announcement) ? 1 : 0;
            } else {
                waitForRoom(announcement);
            }
        }
        unfit.values().retainAll(live);
        waiting.values().retainAll(live);
        failures.values().removeIf(failure -> !live.contains(failure.announcement()));
    }

    private static boolean isLive(Optional<Announcement> last) {
        return last.map(Announcement::adapter)
                .map(AdapterAnnounced::state)
                .filter(AdapterAnnounced.State.LIVE::equals)
                .isPresent();
    }

    private static String reason(Optional<Announcement> last) {
        if (last.isEmpty()) {
            return "its announcement was deleted";
        }
        AdapterAnnounced adapter = last.get().adapter();
        return switch (adapter.state()) {
            case LIVE, TRAINED -> "it is no longer live";
            case HELD -> because("it is held", adapter.reasons());
            case RETIRED -> because("it is retired", adapter.reasons());
        };
    }

    private static String because(String what, List<String> reasons) {
        return reasons.isEmpty() ? what : what + ": " + String.join("; ", reasons);
    }

    /** Whether the adapter is served now. */
    private boolean serve(Announcement announcement) {
        ServedAdapter known = served.get(announcement.adapterId());
        if (known != null) {
            if (!known.announcement().equals(announcement)) {
                put(known.announcedAgain(announcement));
            }
            return true;
        }
        Failure failure = failures.get(announcement.adapterId());
        boolean isTooEarly =
                failure != null
                        && failure.announcement().equals(announcement)
                        && clock.instant().isBefore(failure.retryAt());
        return !isTooEarly
                && !announcement.equals(unfit.get(announcement.adapterId()))
                && load(announcement);
    }

    private boolean load(Announcement announcement) {
        switch (loading.load(announcement.adapter())) {
            case LoadOutcome.Loaded loaded -> {
                waiting.remove(announcement.adapterId());
                failures.remove(announcement.adapterId());
                loaded(announcement, loaded);
                return true;
            }
            case LoadOutcome.Refused(String reason) -> {
                unfit.put(announcement.adapterId(), announcement);
                refuse(announcement, reason);
            }
            case LoadOutcome.Failed(String reason) -> {
                noteFailure(announcement);
                refuseForNow(announcement, reason + "; it is tried again");
            }
            case LoadOutcome.Unavailable(String reason) ->
                    refuseForNow(
                            announcement,
                            "its file cannot be read now, it is tried again: " + reason);
        }
        return false;
    }

    /** Tries again after longer and longer: what failed reads a whole file each time. */
    private void noteFailure(Announcement announcement) {
        Failure last = failures.get(announcement.adapterId());
        int count =
                last == null || !last.announcement().equals(announcement) ? 1 : last.count() + 1;
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(count - 1, MAX_DOUBLINGS));
        failures.put(
                announcement.adapterId(),
                new Failure(announcement, count, clock.instant().plus(pause)));
    }

    private void waitForRoom(Announcement announcement) {
        ServedAdapter known = served.get(announcement.adapterId());
        if (known != null) {
            evict(
                    known,
                    "it makes room for adapters that were announced before it",
                    announcement.traceParent());
        }
        refuseForNow(
                announcement,
                "%d adapters are loaded, no more are allowed by loramill.serve.adapters.limit; retire one"
                        .formatted(limit));
    }

    private void refuseForNow(Announcement announcement, String reason) {
        if (!announcement.equals(waiting.put(announcement.adapterId(), announcement))) {
            refuse(announcement, reason);
        }
    }

    private void loaded(Announcement announcement, LoadOutcome.Loaded loaded) {
        AdapterAnnounced adapter = announcement.adapter();
        Instant now = clock.instant();
        Duration loadTime = Duration.between(announcement.seenAt(), now);
        Duration known = loadTime.isNegative() ? Duration.ZERO : loadTime;
        put(
                new ServedAdapter(
                        announcement, loaded.variant(), loaded.maxLogitDifference(), now, known));
        LOG.atInfo()
                .addKeyValue("adapterId", adapter.adapterId())
                .addKeyValue("jobId", adapter.jobId())
                .addKeyValue("model", adapter.model())
                .addKeyValue("maxLogitDifference", loaded.maxLogitDifference())
                .log("Adapter loaded");
        publish(
                new AdapterLoaded(
                        replica.id(),
                        adapter.adapterId(),
                        adapter.model(),
                        loaded.maxLogitDifference(),
                        known.toMillis(),
                        replica.startedAt()),
                announcement.traceParent());
    }

    private void refuse(Announcement announcement, String reason) {
        AdapterAnnounced adapter = announcement.adapter();
        LOG.atWarn()
                .addKeyValue("adapterId", adapter.adapterId())
                .addKeyValue("jobId", adapter.jobId())
                .addKeyValue("model", adapter.model())
                .addKeyValue("reason", reason)
                .log("Adapter refused");
        publish(
                new AdapterRefused(replica.id(), adapter.adapterId(), adapter.model(), reason),
                announcement.traceParent());
    }

    private void publish(ServingStatus status, @Nullable String traceParent) {
        Trace.in(traceParent, () -> statuses.publish(status));
    }

    private void put(ServedAdapter adapter) {
        Map<String, ServedAdapter> next = new LinkedHashMap<>(served);
        next.put(adapter.adapterId(), adapter);
        served = Map.copyOf(next);
        route();
    }

    /**
     * Takes an adapter out.
     *
     * @param traceParent trace of the announcement that has it taken out
     */
    private void evict(ServedAdapter evicted, String reason, @Nullable String traceParent) {
        Map<String, ServedAdapter> next = new LinkedHashMap<>(served);
        next.remove(evicted.adapterId());
        served = Map.copyOf(next);
        route();
        AdapterAnnounced adapter = evicted.announcement().adapter();
        loading.unload(
                evicted.variant(),
                () -> {
                    LOG.atInfo()
                            .addKeyValue("adapterId", adapter.adapterId())
                            .addKeyValue("jobId", adapter.jobId())
                            .addKeyValue("model", adapter.model())
                            .addKeyValue("reason", reason)
                            .log("Adapter evicted");
                    publish(
                            new AdapterEvicted(
                                    replica.id(), adapter.adapterId(), adapter.model(), reason),
                            traceParent);
                });
    }

    private void route() {
        models.replaceAdapters(
                served().stream()
                        .map(adapter -> {
                            AdapterAnnounced announced = adapter.announcement().adapter();
                            return new ServedModel(
                                    announced.model(),
                                    adapter.variant(),
                                    announced.createdAt(),
                                    announced.adapterId(),
                                    Optional.of(baseId));
                        })
                        .toList());
    }
}
