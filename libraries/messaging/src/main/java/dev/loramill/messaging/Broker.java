package dev.loramill.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Kafka answers, asked every two seconds with the settings of all clients ({@code kafka.*},
 * so also with their TLS and SASL); and, once it does, whether the topics are as the program needs
 * them.
 */
@ApplicationScoped
public class Broker implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Map<String, Object> config;
    private final TopicCheck topics;
    private @Nullable Admin admin;
    private volatile @Nullable String fault = "Kafka has not been asked yet";

    Broker(@Identifier("default-kafka-broker") Map<String, Object> config, TopicCheck topics) {
        this.config = config;
        this.topics = topics;
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void probe() throws InterruptedException {
        String found = find();
        if (found == null && fault != null) {
            LOG.atInfo().addKeyValue("brokers", addresses()).log("Kafka answers");
        } else if (found != null && !found.equals(fault)) {
            LOG.atWarn().addKeyValue("fault", found).log("Kafka cannot be used");
        }
        fault = found;
    }

    /**
     * Kafka's ids of topics: a topic that was deleted and made again has another. Those that are
     * not there are left out.
     *
     * @throws KafkaException when Kafka does not tell in time
     */
    public Map<String, String> topicIds(Collection<String> topics) throws InterruptedException {
        Map<String, String> ids = new HashMap<>();
        Map<String, KafkaFuture<TopicDescription>> answers;
        synchronized (this) {
            answers = open().describeTopics(topics).topicNameValues();
        }
        for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
            try {
                TopicDescription topic =
                        answer.getValue().get(TIMEOUT.toMillis() + 500, TimeUnit.MILLISECONDS);
                ids.put(answer.getKey(), topic.topicId().toString());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw new KafkaException(
                            "the id of topic \"%s\" is not told".formatted(answer.getKey()), e);
                }
            } catch (TimeoutException e) {
                throw new KafkaException(
                        "the id of topic \"%s\" is not told in time".formatted(answer.getKey()), e);
            }
        }
        return ids;
    }

    void stop(@Observes ShutdownEvent event) {
        close();
    }

    private synchronized @Nullable String find() throws InterruptedException {
        try {
            Admin open = open();
            open.describeCluster().nodes().get(TIMEOUT.toMillis() + 500, TimeUnit.MILLISECONDS);
            List<String> faults = topics.faults(open);
            return faults.isEmpty() ? null : String.join("; ", faults);
        } catch (ExecutionException e) {
            return sentence(e.getCause());
        } catch (TimeoutException e) {
            return sentence(e);
        } catch (KafkaException e) {
            // A client that could not be made: a wrong setting, or a name that is not resolved.
            close();
            return "no client for Kafka at %s can be made: %s"
                    .formatted(addresses(), innermost(e).getMessage());
        }
    }

    private String sentence(@Nullable Throwable cause) {
        return cause instanceof AuthenticationException
                ? "Kafka at %s refuses the credentials (%s): check kafka.security.protocol, kafka.sasl.mechanism, kafka.sasl.jaas.config and kafka.ssl.*"
                        .formatted(addresses(), cause.getMessage())
                : "the Kafka broker at %s does not answer".formatted(addresses());
    }

    private Admin open() {
        Admin open = admin;
        if (open == null) {
            open = Admin.create(adminConfig());
            admin = open;
        }
        return open;
    }

    /** What an {@code Admin} understands of the settings of all clients. */
    private Map<String, Object> adminConfig() {
        Map<String, Object> own = new HashMap<>();
        config.forEach((name, value) -> {
            if (AdminClientConfig.configNames().contains(name)) {
                own.put(name, value);
            }
        });
        int timeoutMillis = Math.toIntExact(TIMEOUT.toMillis());
        own.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMillis);
        own.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMillis);
        own.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return own;
    }

    private synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }

    private String addresses() {
        return String.valueOf(config.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
    }

    private static Throwable innermost(Throwable fault) {
        Throwable innermost = fault;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost;
    }
}
