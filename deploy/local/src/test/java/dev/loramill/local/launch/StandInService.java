package dev.loramill.local.launch;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Program in the place of a service: says that it is ready, and nothing more. */
final class StandInService {
    private static final int OK = 200;
    private static final int NO_BODY = -1;
    static final String OF_A_CHANNEL = "MP_MESSAGING_INCOMING_OUTCOMES_CONCURRENCY";

    private StandInService() {}

    public static void main(String[] args) throws IOException {
        if (System.getenv("STAND_IN_FAILS") != null) {
            System.out.println("planted fault of " + System.getenv("QUARKUS_HTTP_PORT"));
            System.exit(7);
        }
        System.out.println("concurrency of outcomes: " + System.getenv(OF_A_CHANNEL));
        int port = Integer.parseInt(System.getenv().getOrDefault("QUARKUS_HTTP_PORT", ""));
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext(
                "/q/health/ready",
                exchange -> {
                    exchange.sendResponseHeaders(OK, NO_BODY);
                    exchange.close();
                });
        server.start();
    }
}
