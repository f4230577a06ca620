package dev.loramill.outbox.legacy;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * Tells from a client's own counters whether the broker still answers it; a member of a group hears
 * from the broker every two seconds at the least.
 */
final class BrokerContact {
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

    private double responses = -1;
    private long heardNanos = System.nanoTime();

    /** Whether an answer came since the last call, or in the last five seconds. */
    boolean isAlive(Map<MetricName, ? extends Metric> metrics) {
        double now = responses(metrics);
        if (now != responses) {
            responses = now;
            heardNanos = System.nanoTime();
        }
        return System.nanoTime() - heardNanos < LONGEST_SILENCE.toNanos();
    }

    private static double responses(Map<MetricName, ? extends Metric> metrics) {
        for (Map.Entry<MetricName, ? extends Metric> metric : metrics.entrySet()) {
            if (metric.getKey().name().equals("response-total")
                    && metric.getKey().group().equals("consumer-metrics")
                    && metric.getValue().metricValue() instanceof Double value) {
                return value;
            }
        }
        return 0;
    }
}
