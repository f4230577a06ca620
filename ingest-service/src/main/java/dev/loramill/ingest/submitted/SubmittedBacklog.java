package dev.loramill.ingest.submitted;

import dev.loramill.http.RefusedException;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.messaging.TopicTails;
import dev.loramill.outbox.ConsumedOffsets;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Submitted records that Kafka has acknowledged and that have not yet been taken in. */
@ApplicationScoped
public class SubmittedBacklog {
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Time after which it is looked whether there is anything to wait for. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(500);

    private final TopicTails tails;
    private final ConsumedOffsets consumed;
    private final Duration patience;
    private final String topic;

    SubmittedBacklog(
            TopicTails tails,
            ConsumedOffsets consumed,
            SourceConfig config,
            @ConfigProperty(name = "mp.messaging.incoming.rows-submitted.topic") String topic) {
        this.tails = tails;
        this.consumed = consumed;
        this.patience = config.sealTimeout();
        this.topic = topic;
    }

    /**
     * Waits until every record that a producer was told is safe before this call has been taken in,
     * by whatever replica. Must not be called in a transaction.
     *
     * @throws RefusedException when that takes longer than is waited, or Kafka does not tell
     */
    public void awaitTaken() {
        try (TopicTails.Tail tail = tails.open(topic, BROKER_TIMEOUT)) {
            awaitTaken(tail);
        } catch (KafkaException e) {
            throw RefusedException.unavailable(
                    "Kafka does not tell whether submitted rows are on their way (%s); nothing was changed, try again later"
                            .formatted(e.getMessage()));
        }
    }

    private void awaitTaken(TopicTails.Tail tail) {
        Map<Integer, Long> ends = new HashMap<>(tail.ends());
        long begin = System.nanoTime();
        Duration nextLook = FIRST_LOOK;
        while (true) {
            Map<Integer, Long> offsets = consumed.of(RowsSubmittedListener.CHANNEL);
            ends.entrySet().removeIf(end -> offset(offsets, end.getKey()) >= end.getValue());
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);
            if (!ends.isEmpty() && waited.compareTo(nextLook) >= 0) {
                // Marks of transactions have offsets, too, and no consumer ever stores those.
                ends.entrySet()
                        .removeIf(end ->
                                !tail.holdsRecord(
                                        end.getKey(),
                                        offset(offsets, end.getKey()),
                                        end.getValue()));
                nextLook = nextLook.multipliedBy(2);
            }
            if (ends.isEmpty()) {
                return;
            }
            if (waited.compareTo(patience) >= 0) {
                throw onTheirWay(
                        ends.entrySet().stream()
                                .mapToLong(end -> end.getValue() - offset(offsets, end.getKey()))
                                .sum());
            }
            pause();
        }
    }

    private static long offset(Map<Integer, Long> offsets, int partition) {
        return offsets.getOrDefault(partition, 0L);
    }

    private RefusedException onTheirWay(long records) {
        return RefusedException.notYet(
                "rows_pending",
                "up to %,d records of topic \"%s\" that were sent before are on their way, and some may belong to this dataset; nothing was changed, try again"
                        .formatted(records, topic));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RefusedException.unavailable("the service stops; nothing was changed");
        }
    }
}
