package dev.loramill.messaging;

import dev.loramill.events.Program;
import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Whether the topics that the program reads and writes are there and are what it needs, by their
 * descriptions. Looked at until they are, then no more.
 */
@ApplicationScoped
class TopicCheck {
    private static final long TIMEOUT_SECONDS = 5;

    private final List<TopicDescription> needed;
    private boolean isFine;

    /**
     * @param program whose topics are looked at, one of {@link Program}; none when absent
     */
    TopicCheck(@ConfigProperty(name = "loramill.messaging.program") Optional<Program> program) {
        this.needed =
                program.map(own ->
                                Topics.descriptions().stream()
                                        .filter(topic ->
                                                topic.readers().contains(own)
                                                        || topic.writers().contains(own))
                                        .toList())
                        .orElse(List.of());
    }

    /**
     * What is wrong with the topics, a sentence each; empty when nothing is, or the broker did not
     * tell in time.
     */
    synchronized List<String> faults(Admin admin) throws InterruptedException {
        if (isFine || needed.isEmpty()) {
            return List.of();
        }
        List<String> names = needed.stream().map(TopicDescription::name).toList();
        var topics = admin.describeTopics(names).topicNameValues();
        var configs =
                admin.describeConfigs(names.stream().map(TopicCheck::resource).toList()).values();
        List<String> faults = new ArrayList<>();
        try {
            for (TopicDescription topic : needed) {
                faults.addAll(
                        look(
                                topic,
                                Objects.requireNonNull(topics.get(topic.name())),
                                Objects.requireNonNull(configs.get(resource(topic.name())))));
            }
        } catch (ExecutionException | TimeoutException e) {
            // The broker is away, which is told by whoever asks it first.
            return List.of();
        }
        isFine = faults.isEmpty();
        return faults;
    }

    private static List<String> look(
            TopicDescription topic,
            KafkaFuture<org.apache.kafka.clients.admin.TopicDescription> described,
            KafkaFuture<Config> configured)
            throws InterruptedException, ExecutionException, TimeoutException {
        int partitions;
        try {
            partitions = described.get(TIMEOUT_SECONDS, TimeUnit.SECONDS).partitions().size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of(
                        "topic \"%s\" is missing: ./loramill topics apply makes it"
                                .formatted(topic.name()));
            }
            if (e.getCause() instanceof AuthorizationException) {
                return List.of(
                        "topic \"%s\" must not be described by this principal: ./loramill topics acls shows the rights that it needs"
                                .formatted(topic.name()));
            }
            throw e;
        }
        Map<String, String> settings;
        try {
            settings = settings(configured.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                // A right that some clusters give to nobody; the topic may be as it should.
                settings = topic.config();
            } else {
                throw e;
            }
        }
        return topic.faults(partitions, settings);
    }

    private static Map<String, String> settings(Config config) {
        Map<String, String> settings = new HashMap<>();
        for (ConfigEntry entry : config.entries()) {
            settings.put(entry.name(), entry.value());
        }
        return settings;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
