package dev.loramill.messaging;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** How far consumers are behind their topics, by Kafka's own counters. */
@ApplicationScoped
public class ConsumerLag {
    private final KafkaClientService clients;

    ConsumerLag(KafkaClientService clients) {
        this.clients = clients;
    }

    /** Number of records of a channel that are known and were not handed to its listener. */
    public long records(String channel) {
        return clients.getConsumers(channel).stream()
                .mapToLong(consumer -> lag(consumer.unwrap().metrics()))
                .sum();
    }

    private static long lag(Map<MetricName, ? extends Metric> metrics) {
        double lag = 0;
        for (Map.Entry<MetricName, ? extends Metric> metric : metrics.entrySet()) {
            if (metric.getKey().name().equals("records-lag")
                    && metric.getValue().metricValue() instanceof Number records
                    && records.doubleValue() > 0) {
                lag += records.doubleValue();
            }
        }
        return Math.round(lag);
    }
}
