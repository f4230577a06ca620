package dev.loramill.ingest.stack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Answers for clean-service: it knows two recipes. */
public final class RecipePeer implements AutoCloseable {
    /** Digest of the recipe {@code none}. */
    public static final String NONE_DIGEST = "0".repeat(64);

    /** Digest of the recipe {@code medical-forum}. */
    public static final String FORUM_DIGEST = "f".repeat(64);

    private final HttpServer server;

    private RecipePeer(HttpServer server) {
        this.server = server;
    }

    static RecipePeer start(int port) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", RecipePeer::answer);
        server.start();
        return new RecipePeer(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String none = recipe("none", NONE_DIGEST);
        String forum = recipe("medical-forum", FORUM_DIGEST);
        switch (String.valueOf(exchange.getRequestURI().getPath())) {
            case "/v1/recipes/none" -> answer(exchange, 200, none);
            case "/v1/recipes/medical-forum" -> answer(exchange, 200, forum);
            case "/v1/recipes" ->
                    answer(
                            exchange,
                            200,
                            "{\"object\":\"list\",\"data\":[" + none + "," + forum + "]}");
            default -> answer(exchange, 404, "{\"error\":{\"message\":\"no such recipe\"}}");
        }
    }

    private static String recipe(String name, String digest) {
        return "{\"name\":\"%s\",\"digest\":\"%s\",\"document\":{}}".formatted(name, digest);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
