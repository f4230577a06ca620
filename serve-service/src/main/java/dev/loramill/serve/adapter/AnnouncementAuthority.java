package dev.loramill.serve.adapter;

import dev.loramill.events.authority.PublicKeys;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose announcements are believed: those of train-service, known by its signature. Without a key
 * the service does not start, unless it is told to believe everybody.
 */
@Singleton
class AnnouncementAuthority {
    private static final Logger LOG = LoggerFactory.getLogger(AnnouncementAuthority.class);

    /** Null when everybody is believed. */
    private final @Nullable PublicKeys keys;

    private final Counter refused;

    /**
     * @throws ConfigurationException when there is no key, and not everybody is to be believed
     */
    AnnouncementAuthority(AdapterConfig config, MeterRegistry metrics) {
        List<Path> files = config.publicKeys().orElse(List.of());
        if (config.trustUnsigned() == !files.isEmpty()) {
            throw new ConfigurationException(
                    files.isEmpty()
                            ? "loramill.serve.adapters.public-keys must name the public key of train-service (the file that ends in .pub beside its key), or nobody could tell who decides what is served; loramill.serve.adapters.trust-unsigned=true believes whoever can write to the topic"
                            : "loramill.serve.adapters.trust-unsigned must be false where loramill.serve.adapters.public-keys names keys: leave one of them out");
        }
        this.keys = files.isEmpty() ? null : read(files);
        this.refused = metrics.counter("loramill.serve.announcements.refused");
    }

    void start(@Observes StartupEvent event) {
        if (keys == null) {
            LOG.atWarn()
                    .log("Whoever can write to the topic of announcements decides what is served");
        } else {
            LOG.atInfo()
                    .addKeyValue("fingerprint", keys.fingerprints())
                    .log("Announcements are believed by the keys with these fingerprints");
        }
    }

    /** Why a record must not take effect; empty when train-service decided what it says. */
    Optional<String> fault(ConsumerRecord<String, byte[]> record) {
        if (keys == null) {
            return Optional.empty();
        }
        Optional<String> fault =
                record.value() == null
                        ? Optional.of(
                                "a deletion bears no signature; an adapter is taken out by the announcement that it is held or retired")
                        : keys.fault(record);
        if (fault.isPresent()) {
            refused.increment();
        }
        return fault;
    }

    private static PublicKeys read(List<Path> files) {
        try {
            return PublicKeys.in(files);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "loramill.serve.adapters.public-keys must name files that hold Ed25519 keys: "
                            + e,
                    e);
        }
    }
}
