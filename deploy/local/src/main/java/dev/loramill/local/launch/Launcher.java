package dev.loramill.local.launch;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.local.KafkaSecurity;
import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import dev.loramill.local.PostgresPasswords;
import dev.loramill.local.base.BaseException;
import dev.loramill.local.base.BaseProvider;
import dev.loramill.topics.TopicSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs all of Loramill on this machine: broker in this JVM, database server and services as child
 * processes. Ends, in reverse order, with the JVM.
 */
public final class Launcher {
    private static final Duration READY_WITHIN = Duration.ofMinutes(5);
    private static final Duration ASK_INTERVAL = Duration.ofMillis(300);
    private static final int STARTS_ALLOWED = 3;

    private final LoramillHome home;
    private final UpOptions options;
    private final Console console;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final Map<Service, ServiceProcess> services = new LinkedHashMap<>();
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("supervisor").daemon().factory());
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile String base;
    private volatile RunState.Phase phase = RunState.Phase.STARTING;
    private volatile boolean isStopping;
    private volatile @Nullable LocalPostgres postgres;

    private record Part(String name, AutoCloseable closing) {}

    /**
     * Makes a launcher.
     *
     * @param home where data and programs are
     * @param options what is to be started
     * @param console what people see
     */
    public Launcher(LoramillHome home, UpOptions options, Console console) {
        this.home = home;
        this.options = options;
        this.base = options.base();
        this.console = console;
    }

    /**
     * Starts everything, waits until it is ready, and then until the JVM is told to end.
     *
     * @throws LaunchException when a person has to change something first; what was started by then
     *     ends with the JVM
     */
    public void run() throws LaunchException, InterruptedException {
        long start = System.nanoTime();
        try {
            prepare();
            startBackbone();
            startServices();
            phase = RunState.Phase.RUNNING;
            writeState();
        } catch (IOException e) {
            throw new LaunchException("Loramill cannot start: " + e, e);
        } catch (LaunchException | InterruptedException e) {
            if (isStopping) {
                stopped.await();
            }
            throw e;
        }
        console.line(
                "Loramill is up after %s, base %s. OpenAI clients: http://127.0.0.1:%d/v1 (chat), :%d (files), :%d (jobs). End it by Ctrl-C or ./loramill down."
                        .formatted(
                                Steps.seconds(Duration.ofNanos(System.nanoTime() - start)),
                                base,
                                home.ports().of(Service.SERVE),
                                home.ports().of(Service.INGEST),
                                home.ports().of(Service.TRAIN)));
        stopped.await();
    }

    private void prepare() throws LaunchException, IOException, InterruptedException {
        HomeGuard.close(home, console);
        HomeGuard.warnOfRoot(console);
        LauncherLock lock = LauncherLock.acquire(home);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        add("", lock);
        add("", () -> RunState.delete(home));
        Files.createDirectories(home.logs());
        Orphans.stop(home, console);
        home.ports().requireFree(options.leftOut());
        // Copies and uploads that a killed service has left.
        TemporaryFiles.delete(home.temporary());
        for (Service service : started()) {
            specs().of(service);
        }
        // Serving starts beside train-service, which would otherwise make its key.
        SigningKey.in(home.signingKey());
        SharedSecret.make(home.workerSecret());
        writeState();
        base = provideBase().id();
        writeState();
    }

    private BaseModel provideBase() throws LaunchException, IOException, InterruptedException {
        BaseProvider provider =
                new BaseProvider(
                        new LocalArtifactStore(home.artifacts()),
                        home.bases(),
                        home.directory().resolve("downloads"),
                        text -> console.live("  " + text));
        try {
            BaseModel model = provider.provide(options.base());
            console.line(
                    "  %-12s %s, %s %s, %d MB, SHA-256 %s…"
                            .formatted(
                                    "base",
                                    model.id(),
                                    model.architecture(),
                                    model.quantization(),
                                    model.sizeBytes() / 1_000_000,
                                    model.sha256().substring(0, 12)));
            return model;
        } catch (BaseException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    private void startBackbone() throws LaunchException, InterruptedException {
        new Steps(console)
                .run(
                        List.of(
                                new Steps.Step("kafka", this::startKafka),
                                new Steps.Step("postgres", this::startPostgres),
                                new Steps.Step("llama.cpp", new NativesStep(home)::call)));
        scheduler.scheduleWithFixedDelay(this::watchPostgres, 2, 2, TimeUnit.SECONDS);
    }

    private String startKafka() throws IOException {
        KafkaSecurity security = security();
        LocalKafka kafka =
                LocalKafka.startSecured(home.kafka(), home.ports().of(Ports.KAFKA), security);
        add("kafka", kafka);
        security.writeClients(kafka.bootstrapServers());
        TopicSetup.Applied topics = kafka.createTopics();
        topics.changed().forEach(change -> console.line("  corrected " + change));
        topics.faults().forEach(fault -> console.line("  wrong: " + fault));
        return kafka.bootstrapServers();
    }

    private String startPostgres() throws IOException {
        LogFile.prepare(home.log(Ports.POSTGRES));
        LocalPostgres started =
                LocalPostgres.start(
                        new LocalPostgres.Settings(
                                home.postgresData(),
                                home.postgresPrograms(),
                                home.postgresPasswords(),
                                home.log(Ports.POSTGRES),
                                home.ports().of(Ports.POSTGRES)));
        if (postgres == null) {
            add("postgres", this::stopPostgres);
        }
        postgres = started;
        for (Service service : ServiceSpecs.withDatabase()) {
            if (started.createOwnedDatabase(ServiceSpecs.database(service))) {
                console.line(
                        "  postgres     database \"%s\" now belongs to a role of that name, with a password of its own"
                                .formatted(ServiceSpecs.database(service)));
            }
        }
        return "127.0.0.1:" + started.port();
    }

    private void stopPostgres() throws IOException {
        LocalPostgres running = postgres;
        if (running != null) {
            running.close();
        }
    }

    private void watchPostgres() {
        LocalPostgres running = postgres;
        if (isStopping || running == null || running.isRunning()) {
            return;
        }
        console.line(Clocks.now() + "  postgres ended by itself and is started again");
        try {
            // Gives the lock on the data directory back; there is no server to stop.
            running.close();
            startPostgres();
            console.line(Clocks.now() + "  postgres is ready again");
        } catch (IOException | RuntimeException e) {
            // The next look tries again.
            console.line(Clocks.now() + "  postgres cannot be started again: " + e);
        }
    }

    private void startServices() throws LaunchException, IOException, InterruptedException {
        ServiceSpecs specs = specs();
        Map<Service, ClassArchive> missing = new EnumMap<>(Service.class);
        List<Steps.Step> steps = new ArrayList<>();
        for (Service service : started()) {
            ServiceProcess process =
                    new ServiceProcess(specs.of(service), scheduler, console, this::writeState);
            synchronized (services) {
                services.put(service, process);
            }
            add(service.label(), process);
            specs.archive(service)
                    .filter(archive -> !archive.isThere())
                    .ifPresent(archive -> missing.put(service, archive));
            steps.add(new Steps.Step(service.label(), () -> startService(process)));
        }
        new Steps(console).run(steps);
        ClassArchives archives = new ClassArchives(missing, home, console);
        add("", archives);
        archives.start();
        for (Service service : options.leftOut().stream().sorted().toList()) {
            specs.writeVariables(service);
            add("", () -> Files.deleteIfExists(home.variables(service)));
            console.line(
                    "  %-12s left out; (set -a; . %s; ./mvnw quarkus:dev -pl %s) takes its place on port %d"
                            .formatted(
                                    service.label(),
                                    home.variables(service),
                                    service.module(),
                                    home.ports().of(service)));
        }
    }

    private List<Service> started() {
        return Arrays.stream(Service.values())
                .filter(service -> !options.leftOut().contains(service))
                .toList();
    }

    private ServiceSpecs specs() throws LaunchException, IOException {
        return new ServiceSpecs(
                home,
                base,
                security(),
                PostgresPasswords.in(home.postgresPasswords()),
                ChannelVariables.of(System.getenv().keySet(), home));
    }

    private KafkaSecurity security() throws IOException {
        KafkaSecurity security = KafkaSecurity.in(home.kafkaSecrets());
        return options.isSecured() ? security.overTls() : security;
    }

    private String startService(ServiceProcess process)
            throws IOException, LaunchException, InterruptedException {
        process.start();
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        try (Readiness readiness = new Readiness()) {
            while (System.nanoTime() < deadline) {
                if (readiness.ask(process.spec().readiness()) == Readiness.Answer.READY) {
                    return "http://127.0.0.1:" + process.spec().port();
                }
                if (process.restarts() >= STARTS_ALLOWED) {
                    throw notReady(process, "has ended " + process.restarts() + " times");
                }
                if (stopped.await(ASK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        throw notReady(process, "is not ready after " + Steps.seconds(READY_WITHIN));
    }

    private static LaunchException notReady(ServiceProcess process, String fault) {
        return new LaunchException(
                "service \"%s\" %s; its log is %s and ends with:%n    | %s"
                        .formatted(
                                process.spec().name(),
                                fault,
                                process.spec().log(),
                                String.join(
                                        System.lineSeparator() + "    | ", process.lastLines())));
    }

    private void add(String name, AutoCloseable closing) {
        synchronized (parts) {
            if (!isStopping) {
                parts.push(new Part(name, closing));
                return;
            }
        }
        close(new Part(name, closing));
    }

    private void stop() {
        isStopping = true;
        phase = RunState.Phase.STOPPING;
        scheduler.shutdownNow();
        writeState();
        while (true) {
            Part part;
            synchronized (parts) {
                part = parts.poll();
            }
            if (part == null) {
                break;
            }
            close(part);
        }
        stopped.countDown();
    }

    private void close(Part part) {
        long start = System.nanoTime();
        if (!part.name().isEmpty()) {
            console.live("  stopping " + part.name());
        }
        try {
            part.closing().close();
        } catch (Exception e) {
            console.line("  %s did not stop well: %s".formatted(part.name(), e));
        }
        if (!part.name().isEmpty()) {
            console.line(
                    "  %-12s stopped in %6s"
                            .formatted(
                                    part.name(),
                                    Steps.seconds(Duration.ofNanos(System.nanoTime() - start))));
        }
    }

    private void writeState() {
        List<ServiceProcess> processes;
        synchronized (services) {
            processes = List.copyOf(services.values());
        }
        List<RunState.ServiceState> states =
                processes.stream()
                        .map(process ->
                                new RunState.ServiceState(
                                        process.spec().name(),
                                        process.pid(),
                                        process.spec().port(),
                                        process.restarts()))
                        .toList();
        synchronized (this) {
            try {
                new RunState(
                                ProcessHandle.current().pid(),
                                phase,
                                base,
                                home.ports().byName(),
                                states,
                                options.leftOut().stream().map(Service::label).sorted().toList())
                        .write(home);
            } catch (IOException e) {
                console.line("  the state of the launcher cannot be written: " + e);
            }
        }
    }
}
