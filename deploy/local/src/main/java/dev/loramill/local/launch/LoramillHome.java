package dev.loramill.local.launch;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where Loramill keeps its data on this machine, where its programs are, and its ports.
 *
 * @param directory all data, logs and process ids; {@code .loramill} in the checkout by default
 * @param checkout root of the source tree, whose modules hold the built services
 * @param ports loopback ports
 */
public record LoramillHome(Path directory, Path checkout, Ports ports) {
    /**
     * Reads {@code LORAMILL_HOME}, {@code LORAMILL_CHECKOUT} and the ports from variables.
     *
     * @throws LaunchException when a port is wrong
     */
    public static LoramillHome of(Map<String, String> environment) throws LaunchException {
        Path checkout =
                Path.of(environment.getOrDefault("LORAMILL_CHECKOUT", ""))
                        .toAbsolutePath()
                        .normalize();
        String home = environment.get("LORAMILL_HOME");
        Path directory =
                home == null || home.isBlank()
                        ? checkout.resolve(".loramill")
                        : Path.of(home).toAbsolutePath().normalize();
        return new LoramillHome(directory, checkout, Ports.of(environment));
    }

    /** Log of the broker. */
    public Path kafka() {
        return directory.resolve("kafka");
    }

    /** Certificate and passwords of the broker. */
    public Path kafkaSecrets() {
        return directory.resolve("kafka-secrets");
    }

    /** Data of the database server. */
    public Path postgresData() {
        return directory.resolve("postgres/data");
    }

    /** Programs of the database server. */
    public Path postgresPrograms() {
        return directory.resolve("postgres/programs");
    }

    /** Passwords of the database's roles, as psql reads them by {@code PGPASSFILE}. */
    public Path postgresPasswords() {
        return directory.resolve("postgres/pgpass");
    }

    /** Variables with which somebody else may run a service that was left out. */
    public Path variables(Service service) {
        return run().resolve(service.label() + ".env");
    }

    /** Temporary files of launcher and services, which a start deletes. */
    public Path temporary() {
        return directory.resolve("tmp");
    }

    /** The artifact store. */
    public Path artifacts() {
        return directory.resolve("artifacts");
    }

    /** The catalogue of bases. */
    public Path bases() {
        return directory.resolve("bases.json");
    }

    /** State stores of the clean service. */
    public Path cleanState() {
        return directory.resolve("clean-state");
    }

    /** Work of the training worker. */
    public Path worker() {
        return directory.resolve("worker");
    }

    /** Key by which train-service signs what is served. */
    public Path signingKey() {
        return directory.resolve("authority/announcements.pem");
    }

    /** Secret by which train-service and its workers know one another. */
    public Path workerSecret() {
        return directory.resolve("authority/worker-secret");
    }

    /** Log files. */
    public Path logs() {
        return directory.resolve("logs");
    }

    /** Log file of a service, or of {@code launcher}, {@code kafka}, {@code postgres}. */
    public Path log(String name) {
        return logs().resolve(name + ".log");
    }

    /** Lock, state and process ids of what runs. */
    public Path run() {
        return directory.resolve("run");
    }

    /** Address of a service. */
    public URI address(Service service) {
        return URI.create("http://127.0.0.1:" + ports.of(service));
    }

    /** The built trainer. */
    public Path trainer() {
        return checkout.resolve("trainer/target/app");
    }

    /** Runnable jar of a service. */
    public Path jar(Service service) {
        return checkout.resolve(service.module()).resolve("target/quarkus-app/quarkus-run.jar");
    }
}
