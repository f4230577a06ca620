package dev.loramill.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.local.KafkaSecurity;
import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.DetachedLauncher;
import dev.loramill.local.launch.LoramillHome;
import dev.loramill.local.launch.RunState;
import dev.loramill.local.launch.Service;
import dev.loramill.local.launch.UpOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All of Loramill on free ports, in a folder of its own, started as {@code ./loramill up} does. */
final class Chain implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final LoramillHome home;
    private final boolean isSecured;
    private final HttpClient http = HttpClient.newHttpClient();

    private Chain(LoramillHome home, boolean isSecured) {
        this.home = home;
        this.isSecured = isSecured;
    }

    /**
     * Starts everything on a base and waits until it is ready.
     *
     * @param isSecured whether the broker's clients come over TLS
     */
    static Chain start(Path directory, Path base, boolean isSecured) throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("LORAMILL_HOME", directory.toString());
        environment.put("LORAMILL_CHECKOUT", Path.of("..").toAbsolutePath().normalize().toString());
        List<String> names = new ArrayList<>(Service.labels());
        names.add("kafka");
        names.add("postgres");
        for (Map.Entry<String, Integer> port : freePorts(names).entrySet()) {
            environment.put(
                    "LORAMILL_PORT_" + port.getKey().toUpperCase(Locale.ROOT),
                    port.getValue().toString());
        }
        Chain chain = new Chain(LoramillHome.of(environment), isSecured);
        new DetachedLauncher(chain.home, Console.standard())
                .start(new UpOptions(base.toString(), Set.of(), isSecured));
        return chain;
    }

    URI address(Service service) {
        return home.address(service);
    }

    /** Settings of a Kafka client that may do everything. */
    Map<String, Object> kafka() throws IOException {
        Map<String, Object> settings = new HashMap<>();
        KafkaSecurity security = KafkaSecurity.in(home.kafkaSecrets());
        settings.putAll((isSecured ? security.overTls() : security).admin());
        settings.put("bootstrap.servers", "127.0.0.1:" + home.ports().of("kafka"));
        return settings;
    }

    /** Process id of a service as it runs at the moment; 0 while there is none. */
    long pid(Service service) throws IOException {
        return RunState.read(home).orElseThrow().services().stream()
                .filter(state -> state.name().equals(service.label()))
                .mapToLong(RunState.ServiceState::pid)
                .findFirst()
                .orElseThrow();
    }

    /** Kills a service as {@code kill -9} does. */
    void kill(Service service) throws IOException {
        ProcessHandle.of(pid(service)).ifPresent(ProcessHandle::destroyForcibly);
    }

    /**
     * The child that the worker runs at the moment: the trainer, and after it the evaluation. Its
     * command line cannot tell which, since the system gives only its beginning.
     */
    Optional<ProcessHandle> workerChild() throws IOException {
        return ProcessHandle.of(pid(Service.WORKER)).stream()
                .flatMap(ProcessHandle::children)
                .findFirst();
    }

    /** The answer to a GET request; empty when the service is away or knows no such thing. */
    Optional<JsonNode> get(Service service, String path) throws InterruptedException {
        try {
            HttpResponse<String> response =
                    http.send(
                            HttpRequest.newBuilder(address(service).resolve(path)).build(),
                            HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200
                    ? Optional.of(JSON.readTree(response.body()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What a service answers to a GET request; empty when it is away. */
    String text(Service service, String path) throws InterruptedException {
        try {
            return http.send(
                            HttpRequest.newBuilder(address(service).resolve(path)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        }
    }

    /** The answer to a POST request of JSON, which must succeed. */
    JsonNode post(Service service, String path, String body)
            throws IOException, InterruptedException {
        return post(service, path, body, null);
    }

    /**
     * The answer to a POST request of JSON, which must succeed.
     *
     * @param traceParent trace that the request belongs to; null for none
     */
    JsonNode post(Service service, String path, String body, @Nullable String traceParent)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address(service).resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (traceParent != null) {
            request.header("traceparent", traceParent);
        }
        HttpResponse<String> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(
                    "POST %s answered %d: %s"
                            .formatted(path, response.statusCode(), response.body()));
        }
        return JSON.readTree(response.body());
    }

    @Override
    public void close() throws Exception {
        new DetachedLauncher(home, Console.standard()).stop();
    }

    private static Map<String, Integer> freePorts(List<String> names) throws IOException {
        Map<String, Integer> ports = new HashMap<>();
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (String name : names) {
                ServerSocket socket = new ServerSocket(0);
                sockets.add(socket);
                ports.put(name, socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return ports;
    }
}
