package dev.loramill.outbox;

import dev.loramill.messaging.Broker;
import dev.loramill.messaging.Stopping;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets newly assigned partitions to the offsets that the database holds, which may be older than
 * Kafka's (a database that was restored) or of another topic of the same name (one that was made
 * anew, or restored), which Kafka's id of the topic tells. Waits for the database on the polling
 * thread, since a listener that throws is called again with no partitions.
 */
@ApplicationScoped
@Identifier("stored-offsets")
public class StoredOffsets implements KafkaConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(StoredOffsets.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final ConsumerOffsetRepository offsets;
    private final Broker broker;
    private final KafkaClientService clients;

    /** Ids of the topics that consumers of this process have begun to read. */
    private final Map<GroupTopic, String> known = new ConcurrentHashMap<>();

    private final Stopping stopping;

    private record GroupTopic(String group, String topic) {}

    StoredOffsets(
            ConsumerOffsetRepository offsets,
            Broker broker,
            KafkaClientService clients,
            Stopping stopping) {
        this.offsets = offsets;
        this.broker = broker;
        this.clients = clients;
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
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
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

    /**
     * Looks whether a topic was made anew under a consumer that reads it, which Kafka tells nobody
     * who does not ask.
     */
    @Scheduled(
            every = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void look() throws InterruptedException {
        Set<String> topics =
                known.keySet().stream().map(GroupTopic::topic).collect(Collectors.toSet());
        if (topics.isEmpty()) {
            return;
        }
        Map<String, String> ids;
        try {
            ids = broker.topicIds(topics);
        } catch (KafkaException e) {
            // Readiness tells that Kafka is away; the next look will see.
            return;
        }
        for (String channel : clients.getConsumerChannels()) {
            for (KafkaConsumer<?, ?> consumer : clients.getConsumers(channel)) {
                consumer.runOnPollingThread(
                                polling -> {
                                    beginAnew(polling, ids);
                                })
                        .subscribe()
                        .with(
                                done -> {},
                                fault ->
                                        LOG.atWarn()
                                                .addKeyValue("channel", channel)
                                                .addKeyValue("cause", fault)
                                                .log(
                                                        "A topic that was made anew cannot be begun yet"));
            }
        }
    }

    private void beginAnew(Consumer<?, ?> consumer, Map<String, String> ids) {
        String group = consumer.groupMetadata().groupId();
        List<TopicPartition> changed =
                consumer.assignment().stream()
                        .filter(partition -> {
                            String before = known.get(new GroupTopic(group, partition.topic()));
                            String now = ids.get(partition.topic());
                            return before != null && now != null && !before.equals(now);
                        })
                        .toList();
        if (!changed.isEmpty()) {
            onPartitionsAssigned(consumer, changed);
        }
    }

    private void seek(String group, Consumer<?, ?> consumer, Collection<TopicPartition> partitions)
            throws InterruptedException {
        Map<String, String> ids =
                broker.topicIds(
                        partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet()));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> starts =
                QuarkusTransaction.requiringNew().call(() -> read(group, ends, ids));
        starts.forEach((partition, next) -> {
            if (next == 0) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, next);
            }
        });
        ids.forEach((topic, id) -> known.put(new GroupTopic(group, topic), id));
    }

    private Map<TopicPartition, Long> read(
            String group, Map<TopicPartition, Long> ends, Map<String, String> ids) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        ends.forEach((partition, end) -> {
            ConsumerOffset stored =
                    offsets.lock(
                            new ConsumerOffset.Id(group, partition.topic(), partition.partition()));
            String id = ids.get(partition.topic());
            boolean isAnother = stored.topicId != null && id != null && !stored.topicId.equals(id);
            if (isAnother || stored.nextOffset > end) {
                LOG.atError()
                        .addKeyValue("group", group)
                        .addKeyValue("topic", partition.topic())
                        .addKeyValue("partition", partition.partition())
                        .addKeyValue("offset", stored.nextOffset)
                        .addKeyValue("end", end)
                        .log("A topic was made anew: the partition is read from its beginning");
                stored.nextOffset = 0;
            }
            if (id != null) {
                stored.topicId = id;
            }
            starts.put(partition, stored.nextOffset);
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
