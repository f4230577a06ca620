package dev.loramill.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.local.launch.Service;
import dev.loramill.messaging.Trace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** From noisy rows to a served adapter, on real Kafka, real PostgreSQL and a real small model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChainIT {
    private static final Path SAMPLE = Path.of("../samples/medical-forum.jsonl");
    private static final long SAMPLE_ROWS = 717;
    private static final String STREAMED = "streamed";
    private static final int STREAMED_ROWS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Trace of the test's own, sent with the request for a job. */
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    /** By whom each service hears: channels, and the topology of clean. */
    private static final Map<Service, List<String>> CONSUMERS =
            Map.of(
                    Service.INGEST,
                    List.of("kafka-consumer-rows-submitted"),
                    Service.CLEAN,
                    List.of("kafka-consumer-outcomes", "kafka-consumer-freezes", "loramill-clean-"),
                    Service.TRAIN,
                    List.of(
                            "kafka-consumer-datasets",
                            "kafka-consumer-workers",
                            "kafka-consumer-training-events",
                            "kafka-consumer-serving-status"),
                    Service.SERVE,
                    List.of("kafka-consumer-adapters"),
                    Service.WORKER,
                    List.of("kafka-consumer-assignments"));

    private Chain chain;

    @BeforeAll
    void startChain(@TempDir Path directory) throws Exception {
        Path base = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        chain = Chain.start(directory.resolve("home"), base, isSecured());
    }

    /** Whether the broker wants TLS, passwords and rights. */
    boolean isSecured() {
        return false;
    }

    @AfterAll
    void stopChain() throws Exception {
        if (chain != null) {
            chain.close();
        }
    }

    @Test
    void noisyRowsBecomeAServedAdapter() throws Exception {
        String base = baseModel();
        String fileId = upload();
        String dataset =
                chain.post(
                                Service.INGEST,
                                "/v1/datasets",
                                "{\"name\":\"sample\",\"recipe\":\"medical-forum\",\"file\":\"%s\"}"
                                        .formatted(fileId))
                        .path("id")
                        .asText();
        assertLedgerBalances(dataset);

        String version =
                chain.post(
                                Service.CLEAN,
                                "/v1/ledgers/%s/freeze".formatted(dataset),
                                "{\"base\":\"%s\",\"sample\":60,\"max_tokens\":1024}"
                                        .formatted(base))
                        .path("version")
                        .asText();
        assertThat(version).matches("[0-9a-f]{64}");

        JsonNode job =
                awaitSucceeded(
                        chain.post(
                                Service.TRAIN,
                                "/v1/fine_tuning/jobs",
                                jobOf(base, "\"dataset\":\"%s\"".formatted(version), 4)));
        String model = servedModel(job);

        ChatCompletion answer = chat(model);
        assertThat(answer.model()).isEqualTo(model);
        JsonNode adapters = chain.get(Service.SERVE, "/v1/served-adapters").orElseThrow();
        assertThat(Instant.parse(adapters.at("/data/0/replica_started_at").asText()))
                .isBefore(Instant.ofEpochSecond(job.path("created_at").asLong()));
        assertThat(adapters.at("/data/0/max_logit_difference").asDouble()).isPositive();
        assertUsersSeeWhatTheGateMeasured(base, model);
    }

    @Test
    void metricsTellHowFarEachConsumerIsBehind() {
        CONSUMERS.forEach((service, consumers) ->
                // What is measured by the partition is found within a minute.
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(consumers)
                                        .as(service.label())
                                        .allSatisfy(consumer ->
                                                assertThat(chain.text(service, "/q/metrics"))
                                                        .containsPattern(
                                                                "kafka_consumer_fetch_manager_records_lag_max\\{[^}]*client_id=\"%s"
                                                                        .formatted(consumer))
                                                        .containsPattern(
                                                                "kafka_consumer_fetch_manager_records_consumed_total\\{[^}]*client_id=\"%s"
                                                                        .formatted(consumer)))));
    }

    @Test
    void killedProcessesChangeNothingOfTheOutcome() throws Exception {
        JsonNode created = createJobOnAFile(120);
        chain.kill(Service.CLEAN);

        String jobId = created.path("id").asText();
        awaitStep(jobId, 3);
        chain.workerChild().orElseThrow().destroyForcibly();
        awaitStep(jobId, 8);
        chain.kill(Service.TRAIN);

        JsonNode job = awaitSucceeded(created);
        String model = servedModel(job);
        assertThat(chat(model).model()).isEqualTo(model);
        assertThat(announcements(jobId))
                .extracting(AdapterAnnounced::adapterId)
                .containsOnly(announcements(jobId).getFirst().adapterId());
        assertOneTrace(job, announcements(jobId).getFirst().adapterId());
        for (JsonNode dataset :
                chain.get(Service.CLEAN, "/v1/ledgers").orElseThrow().path("data")) {
            if (!dataset.path("name").asText().equals(STREAMED)) {
                assertLedgerBalances(dataset.path("dataset").asText());
            }
        }
    }

    @Test
    void recordsOfAnyProducerBecomeRowsOfTheirDataset() throws Exception {
        String dataset =
                chain.post(Service.INGEST, "/v1/datasets", "{\"name\":\"%s\"}".formatted(STREAMED))
                        .path("id")
                        .asText();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        chain.kafka(), new StringSerializer(), new StringSerializer())) {
            for (int row = 0; row < STREAMED_ROWS; row++) {
                producer.send(
                                new ProducerRecord<>(
                                        Topics.ROWS_SUBMITTED,
                                        """
                                        {"dataset":"%s","row":{"messages":[
                                          {"role":"user","content":"What helps against cold %d?"},
                                          {"role":"assistant","content":"Rest and %d cups of tea."}]}}
                                        """
                                                .formatted(dataset, row, row)))
                        .get();
            }
        }
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(chain.get(Service.INGEST, "/v1/datasets/" + dataset))
                                .map(found -> found.path("row_count").asInt())
                                .contains(STREAMED_ROWS));
        chain.post(Service.INGEST, "/v1/datasets/%s/seal".formatted(dataset), "");
        assertThat(cleaned(dataset).path("kept").asInt()).isEqualTo(STREAMED_ROWS);
    }

    /** Asks for a job on the sample, which is cleaned and frozen on the way. */
    final JsonNode createJobOnAFile(int maxSteps) throws Exception {
        return chain.post(
                Service.TRAIN,
                "/v1/fine_tuning/jobs",
                jobOf(
                        baseModel(),
                        "\"training_file\":\"%s\",\"recipe\":\"medical-forum\"".formatted(upload()),
                        maxSteps),
                "00-%s-b7ad6b7169203331-01".formatted(TRACE));
    }

    private static String jobOf(String base, String rows, int maxSteps) {
        return """
        {"model":"%s",%s,"suffix":"e2e","seed":7,
         "lora":{"rank":4,"alpha":8},
         "hyperparameters":{"n_epochs":20,"batch_size":1,"max_steps":%d,"max_length":1024,
                            "learning_rate":0.005,"save_every":2,"precision":"fp32",
                            "sample":60}}
        """
                .formatted(base, rows, maxSteps);
    }

    private String baseModel() throws InterruptedException {
        return chain.get(Service.SERVE, "/v1/models").orElseThrow().at("/data/0/id").asText();
    }

    private String upload() {
        return client(Service.INGEST)
                .files()
                .create(
                        FileCreateParams.builder()
                                .file(SAMPLE)
                                .purpose(FilePurpose.FINE_TUNE)
                                .build())
                .id();
    }

    private void assertLedgerBalances(String dataset) {
        JsonNode ledger = cleaned(dataset);
        assertThat(ledger.path("received").asLong()).isEqualTo(SAMPLE_ROWS);
        assertThat(
                        ledger.path("kept").asLong()
                                + ledger.path("rejected").asLong()
                                + ledger.path("duplicate").asLong())
                .isEqualTo(SAMPLE_ROWS);
        assertThat(ledger.path("kept").asLong()).isGreaterThan(600);
        assertThat(ledger.path("duplicate").asLong()).isPositive();
        assertThat(ledger.path("rejected").asLong()).isPositive();
    }

    /** Waits until a dataset is cleaned; gives its ledger. */
    private JsonNode cleaned(String dataset) {
        return await().atMost(PATIENCE)
                .until(
                        () -> chain.get(Service.CLEAN, "/v1/ledgers/%s".formatted(dataset)),
                        found ->
                                found.isPresent()
                                        && found.get().path("state").asText().equals("cleaned"))
                .orElseThrow();
    }

    final JsonNode awaitSucceeded(JsonNode created) {
        String path = "/v1/fine_tuning/jobs/" + created.path("id").asText();
        return await().atMost(PATIENCE)
                .until(
                        () -> chain.get(Service.TRAIN, path),
                        job -> {
                            String status =
                                    job.map(found -> found.path("status").asText()).orElse("");
                            assertThat(status)
                                    .as(() -> job.map(JsonNode::toString).orElse(""))
                                    .isNotEqualTo("failed");
                            return status.equals("succeeded");
                        })
                .orElseThrow();
    }

    private void awaitStep(String jobId, int step) {
        await().atMost(PATIENCE)
                .until(
                        () ->
                                chain.get(
                                        Service.TRAIN,
                                        "/v1/fine_tuning/jobs/%s/events?limit=50".formatted(jobId)),
                        events ->
                                events.isPresent()
                                        && events.get().path("data").findValues("step").stream()
                                                .anyMatch(found -> found.asInt() >= step));
    }

    /** Waits until a job's adapter is served; one that the gate holds is promoted by hand. */
    final String servedModel(JsonNode job) throws Exception {
        String model = job.path("fine_tuned_model").asText();
        for (JsonNode adapter :
                chain.get(Service.TRAIN, "/v1/adapters").orElseThrow().path("data")) {
            if (adapter.path("model").asText().equals(model)
                    && adapter.path("state").asText().equalsIgnoreCase("held")) {
                assertThat(adapter.path("reasons")).isNotEmpty();
                chain.post(
                        Service.TRAIN,
                        "/v1/adapters/%s/promote".formatted(adapter.path("id").asText()),
                        "{}",
                        "00-%s-b7ad6b7169203331-01".formatted(TRACE));
            }
        }
        await().atMost(PATIENCE)
                .until(
                        () -> chain.get(Service.SERVE, "/v1/models"),
                        models ->
                                models.isPresent()
                                        && models.get()
                                                .path("data")
                                                .findValuesAsText("id")
                                                .contains(model));
        return model;
    }

    /** Asks the gate's questions again, as the adapter's evaluation says that they were asked. */
    private void assertUsersSeeWhatTheGateMeasured(String base, String model) throws Exception {
        JsonNode evaluation =
                chain.get(Service.TRAIN, "/v1/adapters/" + model).orElseThrow().path("evaluation");
        String decoding = evaluation.path("decoding").asText();
        assertThat(decoding).startsWith("greedy,max_tokens=");
        int maxTokens = Integer.parseInt(decoding.substring(decoding.indexOf('=') + 1));
        assertThat(evaluation.path("system_prompt").asText())
                .as("every row of the sample has the same")
                .isNotBlank();
        for (JsonNode answer : evaluation.path("answers")) {
            for (String asked : List.of(base, model)) {
                ChatCompletion seen =
                        client(Service.SERVE)
                                .chat()
                                .completions()
                                .create(
                                        ChatCompletionCreateParams.builder()
                                                .model(asked)
                                                .addSystemMessage(
                                                        evaluation.path("system_prompt").asText())
                                                .addUserMessage(answer.path("question").asText())
                                                .temperature(0)
                                                .maxCompletionTokens(maxTokens)
                                                .build());
                assertThat(seen.choices().getFirst().message().content().orElse("").strip())
                        .isEqualTo(
                                answer.path(asked.equals(base) ? "base" : "adapter")
                                        .path("text")
                                        .asText());
            }
        }
    }

    final ChatCompletion chat(String model) {
        return client(Service.SERVE)
                .chat()
                .completions()
                .create(
                        ChatCompletionCreateParams.builder()
                                .model(model)
                                .addUserMessage("What helps against thirst?")
                                .temperature(0)
                                .maxCompletionTokens(16)
                                .build());
    }

    private OpenAIClient client(Service service) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(chain.address(service) + "/v1")
                .apiKey("none")
                .build();
    }

    /**
     * Follows the trace of a job's request over all topics, but for that of rows from outside and
     * that of heartbeats, which belong to no job. Whatever names the job, its dataset or its
     * adapter belongs to it.
     */
    private void assertOneTrace(JsonNode job, String adapterId) throws IOException {
        List<String> names =
                List.of(job.path("id").asText(), datasetOf(job.path("id").asText()), adapterId);
        List<String> topics = new ArrayList<>(Topics.all());
        topics.removeAll(List.of(Topics.ROWS_SUBMITTED, Topics.WORKERS));
        // A replica tells what it did a moment after it serves it.
        await().atMost(PATIENCE)
                .until(() ->
                        records(Topics.SERVING_STATUS).stream()
                                .anyMatch(record -> names(record, List.of(adapterId))));
        List<String> without = new ArrayList<>();
        List<String> outside = new ArrayList<>();
        for (String topic : topics) {
            Map<Boolean, List<ConsumerRecord<String, byte[]>>> ofTheJob =
                    records(topic).stream()
                            .filter(record -> names(record, names))
                            .collect(Collectors.partitioningBy(ChainIT::isInTheTrace));
            if (ofTheJob.getOrDefault(true, List.of()).isEmpty()) {
                without.add(topic);
            }
            ofTheJob.getOrDefault(false, List.of())
                    .forEach(record ->
                            outside.add(
                                    "%s at %d of %s: %s"
                                            .formatted(
                                                    Trace.of(record.headers()),
                                                    record.offset(),
                                                    topic,
                                                    KafkaEvents.read(record)
                                                            .event()
                                                            .getClass()
                                                            .getSimpleName())));
        }
        assertThat(without).as("topics without a record of the trace").isEmpty();
        assertThat(outside).as("records of the job that are not of its trace").isEmpty();
    }

    private static boolean names(ConsumerRecord<String, byte[]> record, List<String> names) {
        if (record.value() == null) {
            return false;
        }
        String text = new String(record.value(), StandardCharsets.UTF_8);
        return names.stream().anyMatch(text::contains);
    }

    private static boolean isInTheTrace(ConsumerRecord<String, byte[]> record) {
        String parent = Trace.of(record.headers());
        return parent != null && parent.split("-", -1)[1].equals(TRACE);
    }

    /** The dataset that a job's rows went into. */
    private String datasetOf(String jobId) throws IOException {
        return records(Topics.FREEZES).stream()
                .map(record -> (FreezeRequested) KafkaEvents.read(record).event())
                .filter(request -> jobId.equals(request.jobId()))
                .map(FreezeRequested::datasetId)
                .findFirst()
                .orElseThrow();
    }

    /** All that the adapters topic holds of a job, compacted or not. */
    private List<AdapterAnnounced> announcements(String jobId) throws IOException {
        return records(Topics.ADAPTERS).stream()
                .map(record -> (AdapterAnnounced) KafkaEvents.read(record).event())
                .filter(announced -> announced.jobId().equals(jobId))
                .toList();
    }

    /** All that a topic holds at the moment. */
    private List<ConsumerRecord<String, byte[]>> records(String topic) throws IOException {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        Map<String, Object> settings = new HashMap<>(chain.kafka());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition ->
                            consumer.position(partition)
                                    < Optional.ofNullable(ends.get(partition)).orElse(0L))) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
        }
        return records;
    }
}
