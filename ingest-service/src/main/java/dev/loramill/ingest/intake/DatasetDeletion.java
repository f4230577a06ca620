package dev.loramill.ingest.intake;

import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import dev.loramill.ingest.store.SourceCollector;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/** Deletes datasets as people ask for it. */
@ApplicationScoped
class DatasetDeletion {
    private final Datasets datasets;
    private final SourceCollector collector;

    DatasetDeletion(Datasets datasets, SourceCollector collector) {
        this.datasets = datasets;
        this.collector = collector;
    }

    /**
     * Deletes a dataset, the bytes of its batches, and by an event what other services hold of it.
     *
     * @return time from which on no row of it is on Kafka any more
     * @throws dev.loramill.http.RefusedException when there is none
     */
    Instant delete(String id) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        datasets.delete(id, now).forEach(collector::collect);
        return now.plus(retention());
    }

    private static Duration retention() {
        return Stream.of(
                        Topics.ROWS_SUBMITTED,
                        Topics.ROWS_RECEIVED,
                        Topics.ROWS_CLEANED,
                        Topics.ROWS_REJECTED)
                .flatMap(topic -> Stream.of(topic, Topics.deadLetters(topic)))
                .map(Topics::description)
                .map(TopicDescription::retention)
                .flatMap(retention -> retention.stream())
                .max(Duration::compareTo)
                .orElseThrow();
    }
}
