package dev.loramill.local.launch;

import dev.loramill.events.Program;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.local.KafkaSecurity;
import dev.loramill.local.PostgresPasswords;
import dev.loramill.local.PrivateFiles;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Command lines and variables of the services on one machine. */
final class ServiceSpecs {
    private static final Set<Service> WITH_DATABASE =
            Set.of(Service.INGEST, Service.CLEAN, Service.TRAIN);

    private final LoramillHome home;
    private final String base;
    private final KafkaSecurity security;
    private final PostgresPasswords passwords;
    private final ChannelVariables channelVariables;

    ServiceSpecs(
            LoramillHome home,
            String base,
            KafkaSecurity security,
            PostgresPasswords passwords,
            ChannelVariables channelVariables) {
        this.home = home;
        this.base = base;
        this.security = security;
        this.passwords = passwords;
        this.channelVariables = channelVariables;
    }

    /** Name of the database of a service, and of the role that owns it. */
    static String database(Service service) {
        return "loramill_" + service.label();
    }

    static Set<Service> withDatabase() {
        return WITH_DATABASE;
    }

    ServiceSpec of(Service service) throws LaunchException, IOException {
        Path jar = home.jar(service);
        if (!Files.isRegularFile(jar)) {
            throw new LaunchException(
                    "service \"%s\" is not built: \"%s\" is missing; ./loramill builds it"
                            .formatted(service.label(), jar));
        }
        return new ServiceSpec(
                service.label(),
                home.ports().of(service),
                command(service, jar),
                environment(service),
                channelVariables.withheldFrom(service),
                home.log(service.label()),
                home.run().resolve(service.label() + ".pid"),
                home.address(service).resolve("/q/health/ready"));
    }

    /** Mark in the command line by which a service of this home is known again. */
    static String mark(LoramillHome home, String name) {
        return "-Dloramill.process=%s@%s".formatted(name, home.directory());
    }

    /** The archive of the classes of a service; empty when the disk takes none. */
    Optional<ClassArchive> archive(Service service) {
        try {
            return Optional.of(ClassArchive.of(home.jar(service), ServiceFlags.of(service)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<String> command(Service service, Path jar) {
        return JavaCommand.ofJar(jar)
                .under(OwnSession.prefix())
                .options(mark(home, service.label()))
                .options("-Djava.io.tmpdir=" + home.temporary())
                .options(ServiceFlags.of(service))
                .options(archive(service).map(ClassArchive::options).orElse(List.of()))
                .words();
    }

    /** Writes the variables of a service for a shell, which somebody else starts it with. */
    void writeVariables(Service service) throws IOException {
        PrivateFiles.write(
                home.variables(service),
                new TreeMap<>(environment(service))
                        .entrySet().stream()
                                .map(variable ->
                                        "%s='%s'%n"
                                                .formatted(
                                                        variable.getKey(),
                                                        variable.getValue().replace("'", "'\\''")))
                                .collect(Collectors.joining()));
    }

    private Map<String, String> environment(Service service) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("LORAMILL_HOME", home.directory().toString());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(home.ports().of(service)));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + home.ports().of(Ports.KAFKA));
        environment.putAll(security.environment(Program.valueOf(service.name())));
        environment.put("LORAMILL_ARTIFACTS_DIRECTORY", home.artifacts().toString());
        environment.put("LORAMILL_BASES_CATALOGUE", home.bases().toString());
        environment.put("LORAMILL_INGEST_URL", home.address(Service.INGEST).toString());
        environment.put("LORAMILL_CLEAN_URL", home.address(Service.CLEAN).toString());
        environment.put("LORAMILL_CLEAN_STATE_DIRECTORY", home.cleanState().toString());
        environment.put("LORAMILL_WORKER_DIRECTORY", home.worker().toString());
        environment.put("LORAMILL_WORKER_TRAINER_DIRECTORY", home.trainer().toString());
        environment.put("LORAMILL_SERVE_BASE", base);
        environment.putAll(authority(service));
        if (WITH_DATABASE.contains(service)) {
            environment.put(
                    "QUARKUS_DATASOURCE_JDBC_URL",
                    "jdbc:postgresql://127.0.0.1:%d/%s"
                            .formatted(home.ports().of(Ports.POSTGRES), database(service)));
            environment.put("QUARKUS_DATASOURCE_USERNAME", database(service));
            environment.put("QUARKUS_DATASOURCE_PASSWORD", passwords.of(database(service)));
        }
        return environment;
    }

    /** What a service signs by, and whom it believes. */
    private Map<String, String> authority(Service service) {
        return switch (service) {
            case TRAIN ->
                    Map.of(
                            "LORAMILL_TRAIN_AUTHORITY_SIGNING_KEY",
                            home.signingKey().toString(),
                            "LORAMILL_TRAIN_AUTHORITY_WORKER_SECRET",
                            home.workerSecret().toString());
            case WORKER -> Map.of("LORAMILL_WORKER_SECRET", home.workerSecret().toString());
            case SERVE ->
                    Map.of(
                            "LORAMILL_SERVE_ADAPTERS_PUBLIC_KEYS",
                            SigningKey.publicFile(home.signingKey()).toString());
            case INGEST, CLEAN -> Map.of();
        };
    }
}
