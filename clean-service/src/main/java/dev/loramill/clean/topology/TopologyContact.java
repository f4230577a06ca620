package dev.loramill.clean.topology;

import dev.loramill.messaging.Contact;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the topology is at work; told by Kafka Streams itself, so that asking waits for nothing.
 * A thread that fails is replaced and goes on where the last transaction ended.
 */
@ApplicationScoped
class TopologyContact
        implements Contact, KafkaStreams.StateListener, StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyContact.class);

    private volatile KafkaStreams.State state = KafkaStreams.State.CREATED;
    private volatile @Nullable String failure;

    @Override
    public String name() {
        return "topology";
    }

    @Override
    public Optional<String> fault() {
        KafkaStreams.State now = state;
        if (now.isRunningOrRebalancing()) {
            return Optional.empty();
        }
        if (now == KafkaStreams.State.CREATED) {
            return Optional.of(
                    "the topology waits for Kafka and its topics (quarkus.kafka-streams.topics)");
        }
        String reason = failure;
        return Optional.of(
                "the topology is in state " + now + (reason == null ? "" : ": " + reason));
    }

    @Override
    public void onChange(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.atInfo()
                .addKeyValue("state", now)
                .addKeyValue("before", before)
                .log("The topology changed its state");
        state = now;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable fault) {
        LOG.atError().setCause(fault).log("A thread of the topology failed, it is replaced");
        failure = String.valueOf(fault);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
