package dev.loramill.outbox.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how many events a second take effect, and how many are sent. */
@Command(
        name = "bench outbox",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the inbox (records from Kafka that take effect, a row each, exactly once) and",
            "the outbox (rows that wait, sent and deleted), each in a fresh process, cold code",
            "included, with fsync on and everything on this machine. The last line is JSON; ok is",
            "true from 5,000 events a second each way."
        })
final class BenchCommand implements Callable<Integer> {
    private static final double BAR = 5_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Option(
            names = "--events",
            defaultValue = "200000",
            description = "How many events each way; default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--application", required = true, hidden = true)
    private Path application = Path.of("");

    public static void main(String[] arguments) {
        // What clients say of a broker that was killed on purpose is no news.
        Logger.getLogger("").setLevel(Level.OFF);
        System.exit(new CommandLine(new BenchCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (events < 1_000) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--events must be at least 1000, got " + events);
        }
        double inbox = inbox();
        double outbox = outbox();
        boolean isOk = inbox >= BAR && outbox >= BAR;
        System.out.printf("%n%-8s %12s%n", "", "events/s");
        System.out.printf("%-8s %,12.0f%n", "inbox", inbox);
        System.out.printf("%-8s %,12.0f%n", "outbox", outbox);
        System.out.printf(
                "{\"bench\": \"outbox\", \"events\": %d, \"inboxPerSecond\": %.0f, \"outboxPerSecond\": %.0f, \"bar\": %.0f, \"ok\": %b}%n",
                events, inbox, outbox, BAR, isOk);
        return isOk ? 0 : 1;
    }

    private double inbox() throws Exception {
        try (TrialGround ground = new TrialGround(application, Map.of())) {
            produce(ground.bootstrapServers());
            ground.startService();
            return rate(ground, "inbox", "SELECT count(*) FROM effect", 0, events);
        }
    }

    private double outbox() throws Exception {
        try (TrialGround ground = new TrialGround(application, Map.of())) {
            // Its first start makes the tables.
            ground.startService();
            ground.awaitTables();
            ground.killService();
            ground.execute(
                    """
                    INSERT INTO outbox (topic, record_key, value, headers)
                    SELECT 'trial.out', convert_to('key-' || n %% 1000, 'UTF8'),
                           convert_to(repeat('x', 300), 'UTF8'), '[{"name":"ce_id","value":"MQ=="}]'
                    FROM generate_series(1, %d) AS n
                    """
                            .formatted(events));
            ground.startService();
            return rate(
                    ground,
                    "outbox",
                    "SELECT %d - count(*) FROM outbox".formatted(events),
                    0,
                    events);
        }
    }

    /** Events a second from when the count first moves until it has reached its end. */
    private static double rate(TrialGround ground, String name, String query, long from, long to)
            throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        long begin = 0;
        long atBegin = from;
        while (System.nanoTime() < deadline) {
            long count;
            try {
                count = ground.number(query);
            } catch (SQLException e) {
                // The table is not there yet.
                count = from;
            }
            long now = System.nanoTime();
            if (begin == 0 && count > from) {
                begin = now;
                atBegin = count;
            }
            if (count >= to) {
                return (count - atBegin) / ((now - begin) / 1e9);
            }
            if (begin != 0) {
                System.out.printf("  %-8s %,10d of %,d%n", name, count, to);
            }
            TimeUnit.MILLISECONDS.sleep(begin == 0 ? 20 : 1_000);
        }
        throw new IllegalStateException(
                "%s did not end within %d min; the log: %s"
                        .formatted(name, LIMIT.toMinutes(), ground.log()));
    }

    private void produce(String bootstrapServers) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        config.put("linger.ms", 5);
        byte[] padding = "x".repeat(290).getBytes(StandardCharsets.UTF_8);
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            for (int number = 0; number < events; number++) {
                producer.send(
                        new ProducerRecord<>(TrialGround.IN, "key-" + number % 1_000, padding));
            }
        }
    }
}
