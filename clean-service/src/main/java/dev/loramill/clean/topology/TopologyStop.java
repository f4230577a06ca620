package dev.loramill.clean.topology;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the topology after the transaction at hand, before the extension does it without a limit.
 */
@ApplicationScoped
class TopologyStop {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyStop.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final KafkaStreams streams;

    TopologyStop(KafkaStreams streams) {
        this.streams = streams;
    }

    void stop(@Observes @Priority(1) ShutdownEvent event) {
        if (!streams.close(TIMEOUT)) {
            LOG.atWarn()
                    .addKeyValue("state", streams.state())
                    .log("The topology did not end in time; Kafka aborts its open transaction");
        }
    }
}
