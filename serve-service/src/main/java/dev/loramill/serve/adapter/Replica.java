package dev.loramill.serve.adapter;

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
