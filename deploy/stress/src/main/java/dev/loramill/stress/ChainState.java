package dev.loramill.stress;

import dev.loramill.events.Topics;
import dev.loramill.local.launch.Service;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks past the proxies at what the chain holds. */
final class ChainState {
    private static final Pattern NAME = Pattern.compile("\\br[0-9]+\\b");
    private static final Duration POLL = Duration.ofMillis(200);

    private final ChainGround ground;
    private final Http http = new Http();

    ChainState(ChainGround ground) {
        this.ground = ground;
    }

    /** Names of the services that do not say that they are ready. */
    List<String> notReady() throws InterruptedException {
        List<String> names = new ArrayList<>();
        for (Node node : ground.nodes()) {
            if (!http.get(node, "/q/health/ready").isOk()) {
                names.add(node.name());
            }
        }
        return names;
    }

    /** What is still on its way, a few words each; empty when all is quiet. */
    List<String> pending() throws InterruptedException, SQLException {
        List<String> pending = new ArrayList<>();
        add(pending, notReady().size(), "services not ready: " + notReady());
        add(
                pending,
                ground.number(
                        Service.INGEST, "SELECT count(*) FROM row_source WHERE state = 'pending'"),
                "sources not published");
        add(pending, submittedBehind(), "submitted records not taken");
        for (Service service : List.of(Service.INGEST, Service.CLEAN, Service.TRAIN)) {
            add(
                    pending,
                    ground.number(service, "SELECT count(*) FROM outbox"),
                    "events in the outbox of " + service.label());
        }
        long sealed =
                ground.number(
                        Service.INGEST, "SELECT count(*) FROM dataset WHERE state = 'sealed'");
        long cleaned =
                ground.number(
                        Service.CLEAN, "SELECT count(*) FROM dataset WHERE state = 'cleaned'");
        add(pending, sealed - cleaned, "sealed datasets not cleaned");
        return pending;
    }

    private static void add(List<String> pending, long count, String what) {
        if (count != 0) {
            pending.add(count + " " + what);
        }
    }

    private long submittedBehind() throws SQLException {
        Map<Integer, Long> taken = new HashMap<>();
        ground.query(
                        Service.INGEST,
                        "SELECT partition, next_offset FROM consumer_offset WHERE topic = '%s'"
                                .formatted(Topics.ROWS_SUBMITTED),
                        row -> Map.entry(row.getInt(1), row.getLong(2)))
                .forEach(entry -> taken.put(entry.getKey(), entry.getValue()));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            long behind = 0;
            for (Map.Entry<TopicPartition, Long> end :
                    consumer.endOffsets(partitions(consumer, Topics.ROWS_SUBMITTED)).entrySet()) {
                behind +=
                        Math.max(
                                0,
                                end.getValue() - taken.getOrDefault(end.getKey().partition(), 0L));
            }
            return behind;
        }
    }

    /** What there is of datasets, rows and dead letters. */
    Checker.Found read() throws SQLException {
        Map<String, List<String>> rows = new HashMap<>();
        ground.query(
                        Service.CLEAN,
                        "SELECT dataset_id, coalesce(original, messages) FROM row_outcome",
                        row -> Map.entry(text(row, 1), name(text(row, 2))))
                .forEach(row ->
                        rows.computeIfAbsent(row.getKey(), _ -> new ArrayList<>())
                                .add(row.getValue()));
        Map<String, Checker.Dataset> ledgers = new HashMap<>();
        ground.query(
                        Service.CLEAN,
                        "SELECT id, state, kept + rejected + duplicate FROM dataset",
                        row ->
                                Map.entry(
                                        text(row, 1),
                                        new Checker.Dataset(0, true, text(row, 2), row.getLong(3))))
                .forEach(ledger -> ledgers.put(ledger.getKey(), ledger.getValue()));
        Map<String, Checker.Dataset> datasets = new HashMap<>();
        ground.query(
                        Service.INGEST,
                        "SELECT id, state = 'sealed', row_count FROM dataset",
                        row ->
                                Map.entry(
                                        text(row, 1),
                                        new Checker.Dataset(
                                                row.getLong(3), row.getBoolean(2), "absent", 0)))
                .forEach(entry -> {
                    Checker.Dataset ingest = entry.getValue();
                    Checker.Dataset ledger = ledgers.getOrDefault(entry.getKey(), ingest);
                    // One that got no row cannot be sealed.
                    if (ingest.isSealed() || ingest.rowCount() > 0) {
                        datasets.put(
                                entry.getKey(),
                                new Checker.Dataset(
                                        ingest.rowCount(),
                                        ingest.isSealed(),
                                        ledger.state(),
                                        ledger.processed()));
                    }
                });
        return new Checker.Found(rows, datasets, deadLetters());
    }

    private Set<String> deadLetters() {
        Set<String> names = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions =
                    partitions(consumer, Topics.deadLetters(Topics.ROWS_SUBMITTED));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition ->
                            consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(POLL)
                        .forEach(letter -> {
                            if (letter.value() != null) {
                                names.add(name(new String(letter.value(), StandardCharsets.UTF_8)));
                            }
                        });
            }
        }
        return names;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        ground.bootstrapServers(),
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(
            KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private static String text(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    private static String name(String text) {
        Matcher matcher = NAME.matcher(text);
        return matcher.find()
                ? text.substring(matcher.start(), matcher.end())
                : "a row without a name: " + text;
    }
}
