package dev.loramill.local.launch;

import java.util.List;

/** Flags of the JVM that holds the broker. */
final class LauncherFlags {
    private LauncherFlags() {}

    static List<String> all() {
        return List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");
    }
}
