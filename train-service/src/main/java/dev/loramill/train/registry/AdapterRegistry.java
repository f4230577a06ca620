package dev.loramill.train.registry;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.Outbox;
import dev.loramill.train.gate.Verdict;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.specification.ModelName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the adapters and announces each change of their state, in the transaction that makes it.
 */
@ApplicationScoped
public class AdapterRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterRegistry.class);

    private final AdapterRepository adapters;
    private final JobRepository jobs;
    private final Outbox outbox;
    private final Clock clock;

    AdapterRegistry(AdapterRepository adapters, JobRepository jobs, Outbox outbox, Clock clock) {
        this.adapters = adapters;
        this.jobs = jobs;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Registers an adapter under the gate's verdict and announces it, in the transaction of its
     * caller. A file that is registered already and not retired stays as it is, under the name it
     * has: the same bytes are the same adapter. A retired one comes back under the new name.
     *
     * @return the adapter as it stands now
     */
    public Adapter register(Candidate candidate, Verdict verdict) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        AdapterState judged = new AdapterState.Trained().judged(verdict);
        String id = candidate.adapter().sha256();
        Optional<Adapter> before = adapters.findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
        if (before.isEmpty()) {
            Adapter adapter = new Adapter(withFreeName(candidate), judged, now);
            // Of two transactions that register the same file at once, the second fails here, is
            // made again and finds the first one's.
            adapters.persistAndFlush(adapter);
            announce(adapter);
            return adapter;
        }
        Adapter registered = before.get();
        if (registered.state() instanceof AdapterState.Retired) {
            registered.replace(withFreeName(candidate), judged, now);
            announce(registered);
        }
        return registered;
    }

    /** A name is of one adapter; names follow from hashes, and two jobs may have one hash. */
    private Candidate withFreeName(Candidate candidate) {
        String id = candidate.adapter().sha256();
        return adapters.named(candidate.model()).filter(other -> !other.id().equals(id)).isEmpty()
                ? candidate
                : candidate.named(ModelName.unlike(candidate.model(), id));
    }

    /**
     * The adapter with an id or a model name.
     *
     * @throws RefusedException when there is none
     */
    @Transactional
    Adapter require(String idOrModel) {
        return adapters.named(idOrModel).orElseThrow(() -> missing(idOrModel));
    }

    @Transactional
    Page<Adapter> list(PageRequest page) {
        String after = page.after();
        Adapter last =
                after == null
                        ? null
                        : adapters.named(after)
                                .orElseThrow(() ->
                                        RefusedException.invalid(
                                                "invalid_value",
                                                "after",
                                                "after must be the id of an adapter, got \"%s\""
                                                        .formatted(after)));
        return Page.of(adapters.list(page, last), page.limit(), Adapter::id);
    }

    /** Puts a held adapter into service; a live one stays live. */
    @Transactional
    Adapter promote(String idOrModel) {
        return change(
                idOrModel,
                "promote",
                state ->
                        switch (state) {
                            case AdapterState.Held held ->
                                    Optional.of(
                                            held.promoted(
                                                    "promoted by a person, against: "
                                                            + String.join("; ", held.reasons())));
                            case AdapterState.Live live -> Optional.of(live);
                            case AdapterState.Retired _ -> Optional.empty();
                        });
    }

    /** Takes a live adapter out of service until it is promoted; a held one stays held. */
    @Transactional
    Adapter hold(String idOrModel) {
        return change(
                idOrModel,
                "hold",
                state ->
                        switch (state) {
                            case AdapterState.Live live ->
                                    Optional.of(live.held("held by a person"));
                            case AdapterState.Held held -> Optional.of(held);
                            case AdapterState.Retired _ -> Optional.empty();
                        });
    }

    /** Takes an adapter out of service for good. */
    @Transactional
    Adapter retire(String idOrModel) {
        return change(
                idOrModel,
                "retire",
                state ->
                        switch (state) {
                            case AdapterState.Live live ->
                                    Optional.of(live.retired("retired by a person"));
                            case AdapterState.Held held ->
                                    Optional.of(held.retired("retired by a person"));
                            case AdapterState.Retired retired -> Optional.of(retired);
                        });
    }

    /** Ids of all adapters, in the order of their registration. */
    @Transactional
    List<String> ids() {
        return adapters.ids();
    }

    /** Announces an adapter as it stands, in a transaction of its own unless there is one. */
    @Transactional
    void announceAgain(String id) {
        adapters.lock(id).ifPresent(this::announce);
    }

    @FunctionalInterface
    private interface Transition {
        /** The state after the transition; empty when it is not legal. */
        Optional<AdapterState> from(AdapterState state);
    }

    private Adapter change(String idOrModel, String verb, Transition transition) {
        Adapter adapter = adapters.lock(idOrModel).orElseThrow(() -> missing(idOrModel));
        AdapterState next =
                transition.from(adapter.state()).orElseThrow(() -> illegal(adapter, verb));
        if (!next.equals(adapter.state())) {
            adapter.enter(next);
            announce(adapter);
        }
        return adapter;
    }

    private void announce(Adapter adapter) {
        AdapterAnnounced announcement = adapter.nextAnnouncement(clock.instant());
        Trace.in(trace(adapter), () -> outbox.publish(announcement));
        LOG.atInfo()
                .addKeyValue("adapterId", adapter.id())
                .addKeyValue("jobId", adapter.candidate().jobId())
                .addKeyValue("state", adapter.state().word())
                .log("An adapter is announced");
    }

    /** The trace of the request that changes an adapter; without one, that of its job. */
    private @Nullable String trace(Adapter adapter) {
        String current = Trace.current();
        return current == null
                ? jobs.traceParent(adapter.candidate().jobId()).orElse(null)
                : current;
    }

    private static RefusedException illegal(Adapter adapter, String verb) {
        return RefusedException.invalid(
                "invalid_state",
                null,
                "adapter \"%s\" is %s; one can %s only adapters that are live or held"
                        .formatted(adapter.id(), adapter.state().word(), verb));
    }

    private static RefusedException missing(String idOrModel) {
        return RefusedException.missing(
                "adapter_not_found",
                null,
                "there is no adapter \"%s\"; list those there are by GET /v1/adapters"
                        .formatted(idOrModel));
    }
}
