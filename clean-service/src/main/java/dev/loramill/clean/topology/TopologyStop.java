package dev.loramill.clean.topology;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the topology after the transaction at hand, before the extension does it without a limit.
 * Where that takes too long, as without a broker, the process ends as by a kill once all else has
 * had its time, which loses nothing: the transaction at hand is aborted and done again.
 */
@ApplicationScoped
class TopologyStop {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyStop.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Duration FOR_ALL_ELSE = Duration.ofSeconds(5);
    private static final int TERMINATED = 143;

    private final KafkaStreams streams;

    TopologyStop(KafkaStreams streams) {
        this.streams = streams;
    }

    void stop(@Observes @Priority(1) ShutdownEvent event) {
        if (!streams.close(TIMEOUT)) {
            LOG.atWarn()
                    .addKeyValue("state", streams.state())
                    .log("The topology did not end in time; Kafka aborts its open transaction");
            if (LaunchMode.current() == LaunchMode.NORMAL) {
                Thread.ofPlatform().daemon().name("topology-stop").start(TopologyStop::halt);
            }
        }
    }

    private static void halt() {
        try {
            TimeUnit.NANOSECONDS.sleep(FOR_ALL_ELSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(TERMINATED);
    }
}
