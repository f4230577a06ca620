package dev.loramill.train.registry;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.Transactions;
import dev.loramill.train.announce.Relay;
import dev.loramill.train.gate.Verdict;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the adapters and announces each change of their state, in the transaction that makes it.
 */
@ApplicationScoped
public class AdapterRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterRegistry.class);

    private final DataSource dataSource;
    private final AdapterTable adapters;
    private final Outbox outbox;
    private final Relay relay;
    private final Clock clock;

    AdapterRegistry(
            DataSource dataSource, AdapterTable adapters, Outbox outbox, Relay relay, Clock clock) {
        this.dataSource = dataSource;
        this.adapters = adapters;
        this.outbox = outbox;
        this.relay = relay;
        this.clock = clock;
    }

    /**
     * Registers an adapter under the gate's verdict and announces it. A file that is registered
     * already and not retired stays as it is, under the name it has: the same bytes are the same
     * adapter. A retired one comes back under the new name.
     *
     * @return the adapter as it stands now
     */
    public Adapter register(Connection tx, Candidate candidate, Verdict verdict)
            throws SQLException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Adapter adapter = new Adapter(candidate, new AdapterState.Trained().judged(verdict), now);
        if (!adapters.insert(tx, adapter)) {
            Adapter registered = adapters.lock(tx, adapter.id()).orElseThrow();
            switch (registered.state()) {
                case AdapterState.Live _, AdapterState.Held _ -> {
                    return registered;
                }
                case AdapterState.Retired _ -> adapters.replace(tx, adapter);
            }
        }
        announce(tx, adapter);
        return adapter;
    }

    /**
     * The adapter with an id or a model name.
     *
     * @throws RefusedException when there is none
     */
    Adapter require(String idOrModel) throws SQLException {
        return Transactions.call(dataSource, tx -> adapters.find(tx, idOrModel))
                .orElseThrow(() -> missing(idOrModel));
    }

    Page<Adapter> list(PageRequest page) throws SQLException {
        return Transactions.call(
                dataSource,
                tx -> {
                    String after = page.after();
                    if (after != null && adapters.find(tx, after).isEmpty()) {
                        throw RefusedException.invalid(
                                "invalid_value",
                                "after",
                                "after must be the id of an adapter, got \"%s\"".formatted(after));
                    }
                    return Page.of(adapters.list(tx, page), page.limit(), Adapter::id);
                });
    }

    /** Puts a held adapter into service; a live one stays live. */
    Adapter promote(String idOrModel) throws SQLException {
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
    Adapter hold(String idOrModel) throws SQLException {
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
    Adapter retire(String idOrModel) throws SQLException {
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

    @FunctionalInterface
    private interface Transition {
        /** The state after the transition; empty when it is not legal. */
        Optional<AdapterState> from(AdapterState state);
    }

    private Adapter change(String idOrModel, String verb, Transition transition)
            throws SQLException {
        Adapter changed =
                Transactions.call(
                        dataSource,
                        tx -> {
                            Adapter adapter =
                                    adapters.lock(tx, idOrModel)
                                            .orElseThrow(() -> missing(idOrModel));
                            AdapterState next =
                                    transition
                                            .from(adapter.state())
                                            .orElseThrow(() -> illegal(adapter, verb));
                            if (next.equals(adapter.state())) {
                                return adapter;
                            }
                            Adapter moved =
                                    new Adapter(adapter.candidate(), next, adapter.createdAt());
                            adapters.replace(tx, moved);
                            announce(tx, moved);
                            return moved;
                        });
        relay.wake();
        return changed;
    }

    private void announce(Connection tx, Adapter adapter) throws SQLException {
        outbox.publish(tx, adapter.announcement());
        LOG.atInfo()
                .addKeyValue("adapterId", adapter.id())
                .addKeyValue("jobId", adapter.candidate().jobId())
                .addKeyValue("state", adapter.state().word())
                .log("An adapter is announced");
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
