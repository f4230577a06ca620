package dev.loramill.clean.topology;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;

/** Looks every five seconds, by the counters of Kafka Streams, whether rows get on. */
@ApplicationScoped
class TopologyWatch {
    private final KafkaStreams streams;
    private final TakenRows taken;
    private final TopologyContact contact;
    private final TopologyProgress progress = new TopologyProgress();

    TopologyWatch(KafkaStreams streams, TakenRows taken, TopologyContact contact) {
        this.streams = streams;
        this.taken = taken;
        this.contact = contact;
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        contact.seen(progress.look(sight(streams.metrics()), Instant.now()));
    }

    private TopologyProgress.Sight sight(Map<MetricName, ? extends Metric> metrics) {
        Map<String, Double> commits = new HashMap<>();
        double waiting = 0;
        for (Map.Entry<MetricName, ? extends Metric> metric : metrics.entrySet()) {
            MetricName name = metric.getKey();
            if (!(metric.getValue().metricValue() instanceof Number number)) {
                continue;
            }
            if (name.group().equals("stream-thread-metrics")
                    && name.name().equals("commit-total")) {
                commits.put(name.tags().getOrDefault("thread-id", ""), number.doubleValue());
            } else if (name.name().equals("records-lag") && number.doubleValue() > 0) {
                waiting += number.doubleValue();
            }
        }
        return new TopologyProgress.Sight(taken.sinceStart(), commits, Math.round(waiting));
    }
}
