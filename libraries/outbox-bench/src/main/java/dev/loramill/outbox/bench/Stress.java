package dev.loramill.outbox.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends records through inbox and outbox while service, broker and database are killed at random
 * points, and counts afterwards what took effect.
 */
final class Stress {
    private static final int KEYS = 50;
    private static final int LONGEST_PAUSE_MILLIS = 5_000;
    private static final int LONGEST_ABSENCE_MILLIS = 3_000;
    private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(2);
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(5);

    private final Settings settings;
    private final PrintStream progress;
    private final AtomicInteger produced = new AtomicInteger();
    private volatile boolean isDone;

    Stress(Settings settings, PrintStream progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * What is done.
     *
     * @param application the packaged application on trial
     * @param kills how many times something is killed
     * @param seed decides what is killed when
     * @param rate records a second
     */
    record Settings(Path application, int kills, long seed, int rate) {}

    /**
     * What came of it.
     *
     * @param records how many were sent
     * @param lost records without an effect
     * @param doubled effects beyond the first of a record
     * @param unpublished records without an event
     * @param disordered events behind a later one of their key
     * @param repeated events that were sent again; allowed
     */
    record Outcome(
            Killed killed,
            int records,
            long lost,
            long doubled,
            long unpublished,
            long disordered,
            long repeated) {
        boolean isOk() {
            return lost == 0 && doubled == 0 && unpublished == 0 && disordered == 0;
        }
    }

    /** How often each was killed. */
    record Killed(int service, int broker, int database) {
        Killed plus(Victim victim) {
            return switch (victim) {
                case SERVICE -> new Killed(service + 1, broker, database);
                case BROKER -> new Killed(service, broker + 1, database);
                case DATABASE -> new Killed(service, broker, database + 1);
            };
        }
    }

    private enum Victim {
        SERVICE("service"),
        BROKER("broker"),
        DATABASE("database");

        private final String word;

        Victim(String word) {
            this.word = word;
        }
    }

    /** Runs to the end, which is at most five minutes after the last kill. */
    Outcome run() throws IOException, InterruptedException, SQLException {
        Random random = new Random(settings.seed());
        Killed killed = new Killed(0, 0, 0);
        try (TrialGround ground =
                new TrialGround(settings.application(), Map.of("LORAMILL_TRIAL_PUBLISH", "true"))) {
            ground.startService();
            ground.awaitTables();
            long began = System.nanoTime();
            Thread producing = Thread.ofPlatform().start(() -> produce(ground.bootstrapServers()));
            progress.printf(
                    "%5s  %-9s %8s %8s %10s %12s %8s%n",
                    "kill", "what", "away ms", "back ms", "produced", "took effect", "s");
            try {
                for (int kill = 1; kill <= settings.kills(); kill++) {
                    TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(LONGEST_PAUSE_MILLIS));
                    Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
                    int away = random.nextInt(LONGEST_ABSENCE_MILLIS);
                    // Longer than a delivery was once allowed to take, now and then.
                    away = victim == Victim.BROKER ? away * 5 : away;
                    // Now and then the next kill comes while it recovers from this one.
                    boolean isAwaited = random.nextInt(4) != 0;
                    kill(ground, victim, away);
                    killed = killed.plus(victim);
                    String back = isAwaited ? Long.toString(awaitProgress(ground)) : "-";
                    ground.reviveEnded();
                    progress.printf(
                            "%5d  %-9s %8d %8s %10d %12s %8d%n",
                            kill,
                            victim.word,
                            away,
                            back,
                            produced.get(),
                            tookEffect(ground),
                            (System.nanoTime() - began) / 1_000_000_000);
                    progress.flush();
                }
            } finally {
                isDone = true;
            }
            producing.join(LONGEST_DRAIN);
            drain(ground);
            Outcome outcome = judge(ground, killed);
            if (!outcome.isOk()) {
                ground.keepLogs();
            }
            return outcome;
        }
    }

    /** Kills one of the three, and starts it again after a while. */
    private static void kill(TrialGround ground, Victim victim, int awayMillis)
            throws IOException, InterruptedException {
        switch (victim) {
            case SERVICE -> {
                ground.killService();
                TimeUnit.MILLISECONDS.sleep(awayMillis);
                ground.startService();
            }
            case BROKER -> {
                ground.killBroker();
                TimeUnit.MILLISECONDS.sleep(awayMillis);
                ground.startBroker();
            }
            case DATABASE -> {
                ground.killDatabase();
                TimeUnit.MILLISECONDS.sleep(awayMillis);
                ground.startDatabase();
            }
        }
    }

    /** Waits until records take effect again; returns after how many milliseconds. */
    private static long awaitProgress(TrialGround ground) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long first = -1;
        while (System.nanoTime() - began < LONGEST_RECOVERY.toNanos()) {
            ground.reviveEnded();
            try {
                long effects = ground.number("SELECT count(*) FROM effect");
                if (first < 0) {
                    first = effects;
                } else if (effects > first) {
                    break;
                }
            } catch (SQLException e) {
                // The database is on its way back.
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return (System.nanoTime() - began) / 1_000_000;
    }

    private void produce(String bootstrapServers) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        config.put("acks", "all");
        config.put("enable.idempotence", true);
        // What is produced once lies in the topic once, however long the broker is away.
        config.put("delivery.timeout.ms", Integer.MAX_VALUE);
        config.put("max.block.ms", (long) Integer.MAX_VALUE);
        config.put("reconnect.backoff.max.ms", 1_000L);
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            while (!isDone) {
                for (int i = 0; i < Math.max(1, settings.rate() / 10); i++) {
                    int number = produced.getAndIncrement();
                    producer.send(
                            new ProducerRecord<>(
                                    TrialGround.IN,
                                    "key-" + number % KEYS,
                                    Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String tookEffect(TrialGround ground) {
        try {
            return Long.toString(ground.number("SELECT count(*) FROM effect"));
        } catch (SQLException e) {
            return "?";
        }
    }

    private void drain(TrialGround ground) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_DRAIN.toNanos();
        while (System.nanoTime() < deadline) {
            ground.reviveEnded();
            try {
                if (ground.number("SELECT count(*) FROM effect") >= produced.get()
                        && ground.number("SELECT count(*) FROM outbox") == 0) {
                    return;
                }
            } catch (SQLException e) {
                // The database is on its way back.
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private Outcome judge(TrialGround ground, Killed killed) throws SQLException {
        int expected = produced.get();
        long effects = ground.number("SELECT count(*) FROM effect");
        long distinct = ground.number("SELECT count(DISTINCT value) FROM effect");
        Published published = new Published();
        published.read(ground.bootstrapServers());
        return new Outcome(
                killed,
                expected,
                expected - distinct,
                effects - distinct,
                expected - published.numbers.cardinality(),
                published.disordered,
                published.repeated);
    }

    /** The events that lie in Kafka. */
    private static final class Published {
        private final BitSet numbers = new BitSet();
        private final Map<String, Integer> last = new HashMap<>();
        private long repeated;
        private long disordered;

        void read(String bootstrapServers) {
            Map<String, Object> config = new HashMap<>();
            config.put("bootstrap.servers", bootstrapServers);
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(
                            config, new StringDeserializer(), new ByteArrayDeserializer())) {
                List<TopicPartition> partitions =
                        consumer.partitionsFor(TrialGround.OUT).stream()
                                .map(info -> new TopicPartition(info.topic(), info.partition()))
                                .toList();
                consumer.assign(partitions);
                consumer.seekToBeginning(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                while (partitions.stream()
                        .anyMatch(partition ->
                                consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                    consumer.poll(Duration.ofMillis(200)).forEach(this::count);
                }
            }
        }

        private void count(ConsumerRecord<String, byte[]> record) {
            int number = number(record);
            if (numbers.get(number)) {
                repeated++;
                return;
            }
            numbers.set(number);
            Integer before = last.put(record.key(), number);
            if (before != null && before > number) {
                disordered++;
            }
        }

        private static int number(ConsumerRecord<String, byte[]> record) {
            String body = new String(record.value(), StandardCharsets.UTF_8);
            int from = body.indexOf("\"name\":\"") + 8;
            return Integer.parseInt(body.substring(from, body.indexOf('"', from)));
        }
    }
}
