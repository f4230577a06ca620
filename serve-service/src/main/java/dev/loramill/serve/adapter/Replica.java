package dev.loramill.serve.adapter;

import dev.loramill.events.EventLimits;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;

/** This process among others that serve the same adapters. */
@Singleton
class Replica {
    private final String id;
    private final Instant startedAt;

    @Inject
    Replica(AdapterConfig config) {
        this(
                config.replica().filter(name -> !name.isBlank()).orElseGet(Replica::hostName),
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()));
    }

    Replica(String id, Instant startedAt) {
        if (!EventLimits.isId(id)) {
            throw new IllegalArgumentException(
                    "loramill.serve.adapters.replica, or the host's name, must be 1 to %d letters, digits, \".\", \"_\" or \"-\", the first a letter or digit, got \"%s\""
                            .formatted(EventLimits.ID, id));
        }
        this.id = id;
        this.startedAt = startedAt;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Its name in what it reports. */
    String id() {
        return id;
    }

    /** When the process started. */
    Instant startedAt() {
        return startedAt;
    }
}
