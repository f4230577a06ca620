package dev.loramill.train.announce;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** Where Kafka is. */
@ConfigMapping(prefix = "kafka")
public interface KafkaConfig {
    /** Addresses of the brokers, as {@code host:port,…}. */
    @WithName("bootstrap.servers")
    @WithDefault("127.0.0.1:19092")
    String bootstrapServers();
}
