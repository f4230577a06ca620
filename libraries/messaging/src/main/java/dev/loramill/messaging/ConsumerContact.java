package dev.loramill.messaging;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/**
 * Whether the consumers of all channels are at work, by Kafka's own counters: each has joined its
 * group at least once, and goes on polling.
 */
@ApplicationScoped
class ConsumerContact implements Contact {
    /** A consumer polls every second; one that waits for a database in a rebalance does not. */
    private static final double LONGEST_PAUSE_SECONDS = 15;

    private final KafkaClientService clients;

    ConsumerContact(KafkaClientService clients) {
        this.clients = clients;
    }

    @Override
    public String name() {
        return "consumers";
    }

    @Override
    public Optional<String> fault() {
        for (String channel : new TreeSet<>(clients.getConsumerChannels())) {
            KafkaConsumer<?, ?> consumer = clients.getConsumer(channel);
            String fault = consumer == null ? null : fault(consumer.unwrap().metrics());
            if (fault != null) {
                return Optional.of("the consumer of channel \"%s\" %s".formatted(channel, fault));
            }
        }
        return Optional.empty();
    }

    private static @Nullable String fault(Map<MetricName, ? extends Metric> metrics) {
        double sincePoll = value(metrics, "last-poll-seconds-ago");
        if (sincePoll < 0) {
            return "has not begun";
        }
        if (sincePoll > LONGEST_PAUSE_SECONDS) {
            return "has not asked for records for %.0f s".formatted(sincePoll);
        }
        return value(metrics, "last-rebalance-seconds-ago") < 0
                ? "has not joined its group yet"
                : null;
    }

    /** A counter's value; -1 for one that is not there, as Kafka says for what never happened. */
    private static double value(Map<MetricName, ? extends Metric> metrics, String name) {
        for (Map.Entry<MetricName, ? extends Metric> metric : metrics.entrySet()) {
            if (metric.getKey().name().equals(name)
                    && metric.getValue().metricValue() instanceof Number number) {
                return number.doubleValue();
            }
        }
        return -1;
    }
}
