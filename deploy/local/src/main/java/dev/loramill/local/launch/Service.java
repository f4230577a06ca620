package dev.loramill.local.launch;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The services of the chain, in the order in which they are started. */
public enum Service {
    INGEST("ingest", "ingest-service", 8081),
    CLEAN("clean", "clean-service", 8082),
    TRAIN("train", "train-service", 8083),
    WORKER("worker", "train-worker", 8085),
    SERVE("serve", "serve-service", 8084);

    private final String label;
    private final String module;
    private final int defaultPort;

    Service(String label, String module, int defaultPort) {
        this.label = label;
        this.module = module;
        this.defaultPort = defaultPort;
    }

    /** Name that people use. */
    public String label() {
        return label;
    }

    /** Directory of its module in the checkout. */
    public String module() {
        return module;
    }

    /** Port of its HTTP interface when nothing else is configured. */
    public int defaultPort() {
        return defaultPort;
    }

    /** The service that people call so. */
    public static Optional<Service> named(String label) {
        return Arrays.stream(values()).filter(service -> service.label.equals(label)).findFirst();
    }

    /** Names of all services. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Service::label).toList();
    }
}
