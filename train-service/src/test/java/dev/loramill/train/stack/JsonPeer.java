package dev.loramill.train.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service that answers JSON; can be taken away and brought back on its port. */
abstract class JsonPeer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, List<String>> traceParents = new ConcurrentHashMap<>();
    private final int port;
    private HttpServer server;

    JsonPeer() throws IOException {
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    /** An answer. */
    record Reply(int status, String body, boolean isRetryable) {
        static Reply of(int status, String body) {
            return new Reply(status, body, false);
        }

        static Reply error(int status, String message) {
            return of(status, "{\"error\":{\"message\":\"%s\"}}".formatted(message));
        }

        static Reply notYet(String message) {
            return new Reply(409, "{\"error\":{\"message\":\"%s\"}}".formatted(message), true);
        }
    }

    abstract Reply answer(String method, String path, JsonNode body);

    /** Address of the peer. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Values of the header {@code traceparent} that requests to a path came with, in order. */
    public List<String> traceParents(String path) {
        return List.copyOf(traceParents.getOrDefault(path, List.of()));
    }

    /** Takes the peer away. */
    public void stop() {
        server.stop(0);
    }

    /** Brings the peer back. */
    public void restart() throws IOException {
        server = listen(port);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private HttpServer listen(int onPort) throws IOException {
        HttpServer listening =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 0);
        listening.createContext("/", this::handle);
        listening.start();
        return listening;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = String.valueOf(exchange.getRequestURI().getPath());
        List<String> parents = exchange.getRequestHeaders().get("traceparent");
        if (parents != null) {
            traceParents.computeIfAbsent(path, _ -> new CopyOnWriteArrayList<>()).addAll(parents);
        }
        JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
        Reply reply = answer(exchange.getRequestMethod(), path, body);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        if (reply.isRetryable()) {
            exchange.getResponseHeaders().add("Retry-After", "1");
        }
        byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
