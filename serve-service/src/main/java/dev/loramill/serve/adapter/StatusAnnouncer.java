package dev.loramill.serve.adapter;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.ServingStatus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what this replica did with adapters, in order, from a thread of its own: a broker that
 * is away holds up no request. Statuses that cannot be delivered within two minutes are logged and
 * lost; the next start of the replica reports its adapters anew.
 */
@Singleton
class StatusAnnouncer implements StatusSink {
    private static final Logger LOGGER = Logger.getLogger(StatusAnnouncer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String bootstrapServers;
    private final URI source;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("serving-status").daemon().factory());
    private @Nullable KafkaProducer<String, byte[]> producer;

    StatusAnnouncer(
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers,
            Replica replica) {
        this.bootstrapServers = bootstrapServers;
        this.source =
                URI.create(
                        "/loramill/serve/"
                                + URLEncoder.encode(replica.id(), StandardCharsets.UTF_8));
    }

    @Override
    public void publish(ServingStatus status) {
        try {
            thread.execute(() -> send(status));
        } catch (RejectedExecutionException e) {
            LOGGER.debugf("Status dropped at shutdown adapterId=%s", status.adapterId());
        }
    }

    private void send(ServingStatus status) {
        try {
            open().send(
                            KafkaEvents.record(EventEnvelope.of(source, status)),
                            (_, fault) -> {
                                if (fault != null) {
                                    lost(status, fault);
                                }
                            });
        } catch (RuntimeException e) {
            lost(status, e);
        }
    }

    /** Made at the first use: a broker whose name is not known yet stops no service. */
    private KafkaProducer<String, byte[]> open() {
        KafkaProducer<String, byte[]> opened = producer;
        if (opened == null) {
            opened =
                    new KafkaProducer<>(
                            Map.of(
                                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                    bootstrapServers,
                                    ProducerConfig.ACKS_CONFIG,
                                    "all",
                                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                    true),
                            new StringSerializer(),
                            new ByteArraySerializer());
            producer = opened;
        }
        return opened;
    }

    private static void lost(ServingStatus status, Exception fault) {
        LOGGER.errorf(fault, "Status lost adapterId=%s", status.adapterId());
    }

    void stop(@Observes @Priority(2_000) ShutdownEvent event) throws InterruptedException {
        thread.execute(this::close);
        thread.shutdown();
        if (!thread.awaitTermination(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            thread.shutdownNow();
        }
    }

    private void close() {
        if (producer != null) {
            producer.close(PATIENCE);
        }
    }
}
