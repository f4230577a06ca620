package dev.loramill.train.authority;

import dev.loramill.events.Topics;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.outbox.OutboxSigner;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs announcements by this service's key and assignments by the secret that workers share, and
 * tells records of such workers from all others. Without both the service does not start.
 */
@Singleton
public class Authority implements OutboxSigner {
    private static final Logger LOG = LoggerFactory.getLogger(Authority.class);

    private final SigningKey key;
    private final SharedSecret secret;
    private final MeterRegistry metrics;

    /**
     * @throws ConfigurationException when there is no key or no secret
     */
    Authority(AuthorityConfig config, MeterRegistry metrics) {
        this.key = key(config.signingKey());
        this.secret = secret(config.workerSecret());
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        LOG.atInfo()
                .addKeyValue("fingerprint", fingerprint())
                .log("Announcements are signed by the key with this fingerprint");
    }

    /** SHA-256 of the public half of the key. */
    public String fingerprint() {
        return key.fingerprint();
    }

    @Override
    public void sign(ProducerRecord<String, byte[]> record) {
        switch (record.topic()) {
            case Topics.ADAPTERS -> key.sign(record);
            case Topics.TRAINING_ASSIGNMENTS -> secret.sign(record);
            default -> {}
        }
    }

    /** Why a record is not of a registered worker; empty when it is. */
    public Optional<String> faultOfWorker(ConsumerRecord<String, byte[]> record) {
        Optional<String> fault = secret.fault(record);
        if (fault.isPresent()) {
            metrics.counter("loramill.train.unregistered.records", "topic", record.topic())
                    .increment();
        }
        return fault;
    }

    private static SigningKey key(Path file) {
        try {
            return SigningKey.in(file);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "loramill.train.authority.signing-key must name a file that holds an Ed25519 key or can be made: "
                            + e,
                    e);
        }
    }

    private static SharedSecret secret(Path file) {
        try {
            return SharedSecret.in(file);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "loramill.train.authority.worker-secret must name a file with the secret that workers register with: "
                            + e,
                    e);
        }
    }
}
