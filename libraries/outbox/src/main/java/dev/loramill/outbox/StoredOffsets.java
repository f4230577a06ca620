package dev.loramill.outbox;

import dev.loramill.messaging.Stopping;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets newly assigned partitions to the offsets that the database holds, which may be older than
 * Kafka's (a database that was restored) or newer (a topic that was made anew). Waits for the
 * database on the polling thread, since a listener that throws is called again with no partitions.
 */
@ApplicationScoped
@Identifier("stored-offsets")
public class StoredOffsets implements KafkaConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(StoredOffsets.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final ConsumerOffsetRepository offsets;
    private final Stopping stopping;

    StoredOffsets(ConsumerOffsetRepository offsets, Stopping stopping) {
        this.offsets = offsets;
        this.stopping = stopping;
    }

    @Override
    public void onPartitionsAssigned(
            Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        String group = consumer.groupMetadata().groupId();
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                seek(group, consumer, partitions);
                return;
            } catch (RuntimeException e) {
                if (stopping.hasBegun()) {
                    return;
                }
                LOG.atWarn()
                        .addKeyValue("group", group)
                        .addKeyValue("cause", e)
                        .log("The stored offsets cannot be read yet");
                pause(pauseMillis, e);
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
            }
        }
    }

    private void seek(
            String group, Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> starts =
                QuarkusTransaction.requiringNew().call(() -> read(group, ends));
        starts.forEach((partition, next) -> {
            if (next == 0) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, next);
            }
        });
    }

    private Map<TopicPartition, Long> read(String group, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        ends.forEach((partition, end) -> {
            ConsumerOffset stored =
                    offsets.findById(
                            new ConsumerOffset.Id(group, partition.topic(), partition.partition()));
            if (stored != null && stored.nextOffset > end) {
                LOG.atError()
                        .addKeyValue("group", group)
                        .addKeyValue("topic", partition.topic())
                        .addKeyValue("partition", partition.partition())
                        .addKeyValue("offset", stored.nextOffset)
                        .addKeyValue("end", end)
                        .log(
                                "A partition ends before its stored offset: it was made anew and is read from its beginning");
                stored.nextOffset = 0;
            }
            starts.put(partition, stored == null ? 0 : stored.nextOffset);
        });
        return starts;
    }

    private static void pause(long millis, RuntimeException fault) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fault;
        }
    }
}
