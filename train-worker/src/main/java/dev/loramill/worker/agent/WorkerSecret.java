package dev.loramill.worker.agent;

import dev.loramill.events.authority.SharedSecret;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The secret by which train-service knows its workers, and they know its assignments. Without it
 * the worker does not start.
 */
@Singleton
class WorkerSecret {
    private final SharedSecret secret;

    /**
     * @throws ConfigurationException when there is none
     */
    @Inject
    WorkerSecret(AgentConfig config) {
        this(read(config.secret()));
    }

    WorkerSecret(SharedSecret secret) {
        this.secret = secret;
    }

    /** Reads it at the start, not with the first heartbeat. */
    void start(@Observes StartupEvent event) {}

    /** Proves that a record is of a registered worker. */
    void sign(ProducerRecord<String, byte[]> record) {
        secret.sign(record);
    }

    /** Why a record is not of train-service; empty when it is. */
    Optional<String> fault(ConsumerRecord<String, byte[]> record) {
        return secret.fault(record);
    }

    private static SharedSecret read(Path file) {
        try {
            return SharedSecret.in(file);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "loramill.worker.secret must name a file with the secret that train-service knows its workers by, the same as its loramill.train.authority.worker-secret: "
                            + e,
                    e);
        }
    }
}
