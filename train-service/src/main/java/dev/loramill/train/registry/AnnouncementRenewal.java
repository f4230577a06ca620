package dev.loramill.train.registry;

import dev.loramill.messaging.Stopping;
import dev.loramill.train.authority.Authority;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces all adapters again, once, when this service signs by a key that it did not have before:
 * at the first start of a release that signs, and after the key was replaced.
 */
@ApplicationScoped
class AnnouncementRenewal {
    private static final Logger LOG = LoggerFactory.getLogger(AnnouncementRenewal.class);

    private final AdapterRegistry registry;
    private final EntityManager database;
    private final Authority authority;
    private final Stopping stopping;
    private boolean isDone;
    private boolean isFaultTold;

    AnnouncementRenewal(
            AdapterRegistry registry,
            EntityManager database,
            Authority authority,
            Stopping stopping) {
        this.registry = registry;
        this.database = database;
        this.authority = authority;
        this.stopping = stopping;
    }

    /** Looks until it has succeeded. */
    @Scheduled(
            every = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    synchronized void look() {
        if (isDone || stopping.hasBegun()) {
            return;
        }
        try {
            renew();
            isDone = true;
        } catch (RuntimeException e) {
            if (!isFaultTold && !stopping.hasBegun()) {
                isFaultTold = true;
                LOG.atWarn()
                        .setCause(e)
                        .log("Adapters cannot be announced by the new key and it is tried again");
            }
        }
    }

    /**
     * Announces all adapters when they were announced by another key. Each in a transaction of its
     * own; what was announced twice because it broke off between does no harm.
     */
    void renew() {
        String fingerprint = authority.fingerprint();
        if (announcedBy().equals(fingerprint)) {
            return;
        }
        List<String> adapters = registry.ids();
        adapters.forEach(registry::announceAgain);
        QuarkusTransaction.requiringNew()
                .run(() ->
                        database.createNativeQuery("UPDATE announcing_key SET fingerprint = ?1")
                                .setParameter(1, fingerprint)
                                .executeUpdate());
        LOG.atInfo()
                .addKeyValue("fingerprint", fingerprint)
                .addKeyValue("records", adapters.size())
                .log("Adapters are announced by the new key");
    }

    private String announcedBy() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        (String)
                                database.createNativeQuery(
                                                "SELECT fingerprint FROM announcing_key",
                                                String.class)
                                        .getSingleResult());
    }
}
