package dev.loramill.local.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Flags of the JVMs that hold the services. */
public final class ServiceFlags {
    private static final Set<Service> WITH_VECTORS =
            Set.of(Service.CLEAN, Service.WORKER, Service.SERVE);

    /**
     * Services that start faster and stay smaller with the first compiler alone, which {@code
     * ./loramill bench up} shows. Clean would take more rows a second with both ({@code bench
     * ledger --jvm=-XX:TieredStopAtLevel=4}).
     */
    private static final Set<Service> WITH_ONE_COMPILER =
            Set.of(Service.INGEST, Service.CLEAN, Service.TRAIN);

    private ServiceFlags() {}

    /** The flags that {@code ./loramill up} starts a service with. */
    public static List<String> of(Service service) {
        List<String> flags = new ArrayList<>();
        flags.add(service == Service.SERVE ? "-Xmx512m" : "-Xmx256m");
        // By default a heap begins with a share of the machine's memory, which is touched at once.
        flags.add("-Xms32m");
        flags.add("-XX:+UseSerialGC");
        flags.add("-XX:+UseCompactObjectHeaders");
        flags.add("-XX:+ExitOnOutOfMemoryError");
        if (WITH_ONE_COMPILER.contains(service)) {
            flags.add("-XX:TieredStopAtLevel=1");
        }
        flags.add("--enable-native-access=ALL-UNNAMED");
        if (WITH_VECTORS.contains(service)) {
            flags.add("--add-modules");
            flags.add("jdk.incubator.vector");
        }
        return flags;
    }
}
