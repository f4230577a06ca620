package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.AttemptStarted;
import dev.loramill.events.authority.SharedSecret;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a broker that refuses every record. */
class EventReporterTest {
    private static final AttemptStarted EVENT =
            new AttemptStarted(new AttemptReference("job-7", 3, 9, "worker-1"), "cpu", 4, 0);

    private final Logger logger = Logger.getLogger(EventReporter.class.getName());
    private final RecordingHandler handler = new RecordingHandler();
    private final EventReporter reporter =
            new EventReporter(new WorkerSecret(SharedSecret.random()), refusing());

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    @Test
    void theLogSaysWhoseEventIsRefused() {
        reporter.report(EVENT);

        assertThat(handler.lines)
                .singleElement()
                .asString()
                .contains("jobId=job-7", "attempt=3", "eventType=AttemptStarted");
    }

    @Test
    void whoWaitsIsToldWhichEventIsRefused() {
        assertThatThrownBy(() -> reporter.reportAndWait(EVENT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("job-7")
                .hasRootCauseMessage("refused");
    }

    @SuppressWarnings("unchecked") // a proxy knows no type arguments
    private static MutinyEmitter<ProducerRecord<String, byte[]>> refusing() {
        return (MutinyEmitter<ProducerRecord<String, byte[]>>)
                Proxy.newProxyInstance(
                        EventReporterTest.class.getClassLoader(),
                        new Class<?>[] {MutinyEmitter.class},
                        (_, _, _) -> Uni.createFrom().failure(new IOException("refused")));
    }

    private static final class RecordingHandler extends Handler {
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(@Nullable LogRecord record) {
            lines.add(ExtLogRecord.wrap(Objects.requireNonNull(record)).getFormattedMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
