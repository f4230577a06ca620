package dev.loramill.local.launch;

import java.util.List;

/** Flags of the JVM that holds the broker. */
final class LauncherFlags {
    private LauncherFlags() {}

    static List<String> all() {
        return List.of(
                "-Xmx512m",
                "-Xms64m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                // Kafka unmaps its files by a method that this Java warns of.
                "--sun-misc-unsafe-memory-access=allow");
    }
}
