package dev.loramill.topics;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a cluster. */
final class ClusterOptions {
    private static final String TIMEOUT_MILLIS = "30000";

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT,…",
            required = true,
            description = "Addresses of Kafka.")
    private String bootstrap;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description =
                    "Properties of the client, such as security.protocol and sasl.jaas.config.")
    private @Nullable Path commandConfig;

    Admin connect() throws IOException {
        Properties properties = new Properties();
        if (commandConfig != null) {
            try (Reader file = Files.newBufferedReader(commandConfig)) {
                properties.load(file);
            }
        }
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        return Admin.create(properties);
    }
}
