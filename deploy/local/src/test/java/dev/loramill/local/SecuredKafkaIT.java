package dev.loramill.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.Program;
import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import dev.loramill.topics.TopicSetup;
import dev.loramill.topics.TopicsException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each program may do on a broker with passwords and rights, as {@code up} starts it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecuredKafkaIT {
    private LocalKafka kafka;
    private KafkaSecurity security;
    private Path secrets;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        secrets = directory.resolve("secrets");
        security = KafkaSecurity.in(secrets);
        kafka = LocalKafka.startSecured(directory.resolve("kafka"), 0, security);
        kafka.createTopics();
    }

    @AfterAll
    void stop() {
        kafka.close();
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void aProgramWritesAndReadsItsOwnTopicsOnly(Program program) throws Exception {
        try (var producer = producer(settings(program));
                var consumer = consumer(settings(program))) {
            for (TopicDescription topic : Topics.descriptions()) {
                if (topic.writers().contains(program)) {
                    send(producer, topic.name());
                } else {
                    assertThatThrownBy(() -> send(producer, topic.name()))
                            .as("%s writes %s", program, topic.name())
                            .hasRootCauseInstanceOf(TopicAuthorizationException.class);
                }
                TopicPartition partition = new TopicPartition(topic.name(), 0);
                if (topic.readers().contains(program)) {
                    assertThat(consumer.endOffsets(List.of(partition))).hasSize(1);
                    consumer.assign(List.of(partition));
                    consumer.seekToBeginning(List.of(partition));
                    consumer.poll(Duration.ofMillis(200));
                    consumer.unsubscribe();
                } else if (!topic.writers().contains(program)) {
                    assertThatThrownBy(() -> consumer.endOffsets(List.of(partition)))
                            .as("%s looks at %s", program, topic.name())
                            .isInstanceOf(TopicAuthorizationException.class);
                } else {
                    consumer.assign(List.of(partition));
                    consumer.seek(partition, 0);
                    assertThatThrownBy(() -> poll(consumer))
                            .as("%s reads %s", program, topic.name())
                            .isInstanceOf(TopicAuthorizationException.class);
                    consumer.unsubscribe();
                }
            }
        }
    }

    @Test
    void aProgramUsesGroupsOfItsOwnOnly() {
        for (String own : List.of("loramill-clean", "loramill-clean-ledger", "clean.freezes")) {
            assertThatCode(() -> subscribe(Program.CLEAN, own)).doesNotThrowAnyException();
        }
        assertThatThrownBy(() -> subscribe(Program.CLEAN, "train.datasets"))
                .isInstanceOf(GroupAuthorizationException.class);
    }

    @Test
    void cleanAloneHasTransactionsAndTopicsOfKafkaStreams() throws Exception {
        String internal = "loramill-clean-candidates-repartition";
        try (Admin clean = Admin.create(settings(Program.CLEAN))) {
            clean.createTopics(List.of(new NewTopic(internal, 4, (short) 1))).all().get();
        }
        Map<String, Object> transactional = settings(Program.CLEAN);
        transactional.put("transactional.id", "loramill-clean-0a1b-1");
        try (var producer = producer(transactional)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, internal);
            producer.commitTransaction();
        }

        Map<String, Object> stranger = settings(Program.INGEST);
        stranger.put("transactional.id", "loramill-clean-0a1b-1");
        try (var producer = producer(stranger)) {
            assertThatThrownBy(producer::initTransactions)
                    .isInstanceOf(TransactionalIdAuthorizationException.class);
        }
        try (Admin ingest = Admin.create(settings(Program.INGEST))) {
            assertThatThrownBy(() ->
                            ingest.createTopics(List.of(new NewTopic("mine", 1, (short) 1)))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void aProgramSeesWhetherItsTopicsAreAsDescribed() throws Exception {
        try (Admin train = Admin.create(settings(Program.TRAIN))) {
            assertThatThrownBy(() -> new TopicSetup(train).check())
                    .as("it may not look at all topics")
                    .isInstanceOf(TopicsException.class)
                    .hasMessageContaining("this principal lacks the right");
            assertThat(train.listTopics().names().get())
                    .containsExactlyInAnyOrderElementsOf(
                            Topics.descriptions().stream()
                                    .filter(topic ->
                                            topic.readers().contains(Program.TRAIN)
                                                    || topic.writers().contains(Program.TRAIN))
                                    .map(TopicDescription::name)
                                    .toList());
        }
    }

    @Test
    void aWrongPasswordIsRefusedAndSaidSo() {
        Map<String, Object> wrong = settings(Program.INGEST);
        wrong.put(
                "sasl.jaas.config",
                String.valueOf(wrong.get("sasl.jaas.config"))
                        .replaceAll("password=\"[^\"]*\"", "password=\"guessed\""));
        try (Admin admin = Admin.create(wrong)) {
            assertThatThrownBy(() -> admin.listTopics().names().get())
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
            assertThatThrownBy(() -> new TopicSetup(admin).check())
                    .hasMessageContaining("Kafka refuses the credentials")
                    .hasMessageContaining("check sasl.jaas.config");
        }
    }

    @Test
    void whoHasNoNameIsServedNeitherByBrokerNorByController() {
        for (Map.Entry<String, String> door :
                Map.of(
                                "bootstrap.servers", kafka.bootstrapServers(),
                                "bootstrap.controllers", kafka.controller())
                        .entrySet()) {
            assertThat(reaches(Map.of(door.getKey(), door.getValue())))
                    .as("anonymous at %s", door.getKey())
                    .isFalse();
        }
        assertThat(reaches(Map.of("bootstrap.servers", kafka.bootstrapServers()), admin()))
                .isTrue();
        Map<String, Object> broker = new HashMap<>(security.ofBroker());
        broker.put("security.protocol", "SASL_PLAINTEXT");
        Map<String, String> controller = Map.of("bootstrap.controllers", kafka.controller());
        assertThat(reaches(controller, broker)).isTrue();
        assertThat(reaches(controller, admin())).isFalse();
        broker.computeIfPresent(
                "sasl.jaas.config", (key, login) -> login.toString().replace("broker", "admin"));
        assertThat(reaches(Map.of("bootstrap.servers", kafka.bootstrapServers()), broker))
                .as("the mechanism of brokers lets in the broker only")
                .isFalse();
    }

    @Test
    void everyRecordIsOnTheDiskBeforeItIsAcknowledged() throws Exception {
        try (Admin admin = Admin.create(kafka.admin())) {
            List<ConfigResource> topics =
                    admin
                            .listTopics(new ListTopicsOptions().listInternal(true))
                            .names()
                            .get()
                            .stream()
                            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                            .toList();
            assertThat(topics).hasSizeGreaterThanOrEqualTo(Topics.descriptions().size());
            admin.describeConfigs(topics)
                    .all()
                    .get()
                    .forEach((topic, config) ->
                            assertThat(config.get("flush.messages").value())
                                    .as(topic.name())
                                    .isEqualTo("1"));
        }
    }

    @Test
    void whoeverSubmitsRowsFindsSettingsThatAllowThatOnly() throws Exception {
        security.writeClients(kafka.bootstrapServers());
        Path file = secrets.resolve("producer.properties");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Properties found = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            found.load(in);
        }
        Map<String, Object> settings = new HashMap<>();
        found.stringPropertyNames()
                .forEach(key -> settings.put(key, String.valueOf(found.getProperty(key))));

        try (var producer = producer(settings)) {
            send(producer, Topics.ROWS_SUBMITTED);
            assertThatThrownBy(() -> send(producer, Topics.ADAPTERS))
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
        }
        try (Admin outside = Admin.create(settings)) {
            assertThat(outside.listTopics().names().get()).containsExactly(Topics.ROWS_SUBMITTED);
        }
    }

    @Test
    void dataOfAnOpenBrokerIsGuardedFromTheNextStartOn(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("kafka");
        try (LocalKafka open = LocalKafka.start(data, 0)) {
            open.createTopics();
            try (var producer = producer(open.admin())) {
                send(producer, Topics.ROWS_SUBMITTED);
            }
        }
        KafkaSecurity secrets = KafkaSecurity.in(directory.resolve("secrets"));

        try (LocalKafka guarded = LocalKafka.startSecured(data, 0, secrets);
                var consumer = consumer(guarded.admin())) {
            assertThat(reaches(Map.of("bootstrap.servers", guarded.bootstrapServers()))).isFalse();
            assertThat(
                            consumer
                                    .endOffsets(
                                            consumer.partitionsFor(Topics.ROWS_SUBMITTED).stream()
                                                    .map(found ->
                                                            new TopicPartition(
                                                                    found.topic(),
                                                                    found.partition()))
                                                    .toList())
                                    .values()
                                    .stream()
                                    .mapToLong(Long::longValue)
                                    .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    void overTlsAPasswordInTheClearIsNotTaken(@TempDir Path directory) throws Exception {
        KafkaSecurity plain = KafkaSecurity.in(directory.resolve("secrets"));
        KafkaSecurity tls = plain.overTls();
        try (LocalKafka guarded = LocalKafka.startSecured(directory.resolve("kafka"), 0, tls)) {
            Map<String, String> address = Map.of("bootstrap.servers", guarded.bootstrapServers());
            assertThat(reaches(address, new HashMap<>(tls.admin()))).isTrue();
            assertThat(reaches(address, new HashMap<>(plain.admin()))).isFalse();
            assertThat(tls.environment(Program.INGEST))
                    .containsEntry("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
                    .containsKeys("KAFKA_SSL_TRUSTSTORE_LOCATION", "KAFKA_SSL_TRUSTSTORE_PASSWORD");
        }
    }

    @Test
    void settingsAreHandedToServicesAsVariables() {
        assertThat(security.environment(Program.INGEST))
                .containsEntry("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
                .containsEntry("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
                .containsKey("KAFKA_SASL_JAAS_CONFIG");
        assertThat(
                        Arrays.stream(Program.values())
                                .map(program -> security.client(program).get("sasl.jaas.config"))
                                .distinct())
                .hasSize(Program.values().length);
    }

    private Map<String, Object> admin() {
        return new HashMap<>(security.admin());
    }

    private static boolean reaches(Map<String, String> address) {
        return reaches(address, Map.of());
    }

    private static boolean reaches(Map<String, String> address, Map<String, Object> login) {
        Map<String, Object> settings = new HashMap<>(login);
        settings.putAll(address);
        settings.put("default.api.timeout.ms", "2000");
        settings.put("request.timeout.ms", "1000");
        try (Admin admin = Admin.create(settings)) {
            return !admin.describeCluster().nodes().get().isEmpty();
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(KafkaException.class);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Object> settings(Program program) {
        Map<String, Object> settings = new HashMap<>(security.client(program));
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        settings.put("allow.auto.create.topics", "false");
        return settings;
    }

    private void subscribe(Program program, String group) {
        Map<String, Object> settings = settings(program);
        settings.put("group.id", group);
        try (var consumer = consumer(settings)) {
            consumer.subscribe(List.of(Topics.ROWS_CLEANED));
            poll(consumer);
        }
    }

    private static void poll(KafkaConsumer<String, String> consumer) {
        // A refusal comes with the first answer, which may take more than one poll.
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        while (System.nanoTime() < end) {
            consumer.poll(Duration.ofMillis(200));
        }
    }

    private static void send(KafkaProducer<String, String> producer, String topic)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, "k", "v")).get();
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }
}
