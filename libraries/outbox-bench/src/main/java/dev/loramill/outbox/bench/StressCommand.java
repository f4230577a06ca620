package dev.loramill.outbox.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Kills service, broker and database at random points, and counts what took effect. */
@Command(
        name = "stress outbox",
        mixinStandardHelpOptions = true,
        description = {
            "Sends records through inbox and outbox while service, broker and database are killed",
            "at random points, and counts afterwards: each record must have taken effect once,",
            "each event must lie in Kafka, those of a key in their order. Repeated events are",
            "counted and allowed: delivery is at least once. The last line is JSON; ok is true when",
            "nothing was lost, doubled or out of order."
        })
final class StressCommand implements Callable<Integer> {
    @Option(
            names = "--kills",
            defaultValue = "20",
            description = "How many times something is killed; default: ${DEFAULT-VALUE}.")
    private int kills;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "What is killed when; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "Records a second; default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--application", required = true, hidden = true)
    private Path application = Path.of("");

    private static final int KEYS = 50;
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(5);

    private final AtomicInteger produced = new AtomicInteger();
    private volatile boolean isDone;

    public static void main(String[] arguments) {
        // What clients say of a broker that was killed on purpose is no news.
        Logger.getLogger("").setLevel(Level.OFF);
        System.exit(new CommandLine(new StressCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (kills < 1 || rate < 1) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--kills and --rate must be at least 1");
        }
        Random random = new Random(seed);
        int[] killed = new int[3];
        try (TrialGround ground =
                new TrialGround(application, Map.of("LORAMILL_TRIAL_PUBLISH", "true"))) {
            ground.startService();
            Thread producing = Thread.ofPlatform().start(() -> produce(ground.bootstrapServers()));
            System.out.printf("%5s  %-9s %10s %12s%n", "kill", "what", "produced", "took effect");
            for (int kill = 1; kill <= kills; kill++) {
                TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(5_000));
                int what = random.nextInt(3);
                killed[what]++;
                String name = kill(ground, what, random.nextInt(3_000));
                System.out.printf(
                        "%5d  %-9s %10d %12s%n", kill, name, produced.get(), tookEffect(ground));
            }
            isDone = true;
            producing.join();
            drain(ground);
            return judge(ground, killed);
        }
    }

    /** Kills one of the three, and starts it again after a while. */
    private static String kill(TrialGround ground, int what, int awayMillis) throws Exception {
        switch (what) {
            case 0 -> {
                ground.killService();
                TimeUnit.MILLISECONDS.sleep(awayMillis);
                ground.startService();
                return "service";
            }
            case 1 -> {
                ground.killBroker();
                // Longer than a delivery was once allowed to take, now and then.
                TimeUnit.MILLISECONDS.sleep(awayMillis * 5L);
                ground.startBroker();
                return "broker";
            }
            default -> {
                ground.killDatabase();
                TimeUnit.MILLISECONDS.sleep(awayMillis);
                ground.startDatabase();
                return "database";
            }
        }
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
                for (int i = 0; i < Math.max(1, rate / 10); i++) {
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

    private void drain(TrialGround ground) throws Exception {
        long deadline = System.nanoTime() + LONGEST_DRAIN.toNanos();
        while (System.nanoTime() < deadline) {
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

    private int judge(TrialGround ground, int[] killed) throws Exception {
        int expected = produced.get();
        long effects = ground.number("SELECT count(*) FROM effect");
        long distinct = ground.number("SELECT count(DISTINCT value) FROM effect");
        long doubled = effects - distinct;
        long lost = expected - distinct;

        Map<String, Integer> last = new HashMap<>();
        Map<Integer, Boolean> seen = new HashMap<>();
        long repeated = 0;
        long disordered = 0;
        for (ConsumerRecord<String, byte[]> record : records(ground.bootstrapServers())) {
            int number = number(record);
            if (seen.put(number, true) != null) {
                repeated++;
                continue;
            }
            Integer before = last.put(record.key(), number);
            if (before != null && before > number) {
                disordered++;
            }
        }
        long unpublished = expected - seen.size();
        boolean isOk = doubled == 0 && lost == 0 && unpublished == 0 && disordered == 0;
        System.out.printf(
                "%n%d records: %d without effect, %d with two; %d events missing, %d out of order, %d repeated%n",
                expected, lost, doubled, unpublished, disordered, repeated);
        System.out.printf(
                "{\"stress\": \"outbox\", \"seed\": %d, \"kills\": %d, \"service\": %d, \"broker\": %d, \"database\": %d, \"records\": %d, \"lost\": %d, \"doubled\": %d, \"unpublished\": %d, \"disordered\": %d, \"repeated\": %d, \"ok\": %b}%n",
                seed,
                kills,
                killed[0],
                killed[1],
                killed[2],
                expected,
                lost,
                doubled,
                unpublished,
                disordered,
                repeated,
                isOk);
        return isOk ? 0 : 1;
    }

    private static int number(ConsumerRecord<String, byte[]> record) {
        String body = new String(record.value(), StandardCharsets.UTF_8);
        int from = body.indexOf("\"name\":\"") + 8;
        return Integer.parseInt(body.substring(from, body.indexOf('"', from)));
    }

    private static List<ConsumerRecord<String, byte[]>> records(String bootstrapServers) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
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
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }
}
