package dev.loramill.serve.adapter;

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

    Replica(AdapterConfig config) {
        this.id = config.replica().filter(name -> !name.isBlank()).orElseGet(Replica::hostName);
        this.startedAt = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
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
