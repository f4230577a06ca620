package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.llama.binding.Batch;
import dev.loramill.llama.binding.LlamaContext;
import dev.loramill.llama.binding.LlamaContextOptions;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufWriter;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.template.TrainingExample;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.storage.FileDigest;
import dev.loramill.trainer.storage.Safetensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the real command in processes of its own on a tiny base. */
@Timeout(300)
class TrainerCommandIT {
    private static final String CHANGED = "\"base\": {\"path\": \"changed.gguf\"}";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SUBJECTS =
            List.of("iron", "sleep", "water", "malaria", "the heart", "sugar", "salt", "fever");

    @TempDir static Path directory;

    @BeforeAll
    static void makeInputs() throws IOException {
        TinyLlama.standard().write(directory.resolve("base.gguf"));
        Files.write(directory.resolve("train.jsonl"), rows(96, "Tell me about"));
        Files.write(directory.resolve("eval.jsonl"), rows(8, "What is known of"));
    }

    private static List<String> rows(int count, String opening) throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String subject = SUBJECTS.get(i % SUBJECTS.size());
            String answer = "A doctor says that " + subject + " matters, case " + i % 7 + ".";
            rows.add(
                    JSON.writeValueAsString(
                            JSON.createObjectNode()
                                    .put("digest", "row-" + i)
                                    .set(
                                            "messages",
                                            JSON.createArrayNode()
                                                    .add(message("user", opening + " " + subject))
                                                    .add(message("assistant", answer)))));
        }
        return rows;
    }

    private static JsonNode message(String role, String content) {
        return JSON.createObjectNode().put("role", role).put("content", content);
    }

    private static Path job(String name, String changes) throws IOException {
        Path file = directory.resolve(name + ".json");
        String json =
                """
                {"base": {"path": "base.gguf"}, "train": ["train.jsonl"], "eval": ["eval.jsonl"],
                 "lora": {"rank": 4, "alpha": 8, "dropout": 0.1},
                 "optimizer": {"learningRate": 5e-3, "warmupSteps": 2},
                 "epochs": 2, "batchSize": 2, "maxLength": 128, "evalEverySteps": 10,
                 "saveEverySteps": 4, "precision": "bf16", "threads": 2%s}
                """
                        .formatted(changes.isEmpty() ? "" : ", " + changes);
        return Files.writeString(file, json);
    }

    @Test
    void writesAnAdapterThatLlamaCppAndPeftCanRead() throws Exception {
        Path out = directory.resolve("whole");

        TrainerProcessForTest.Ended ended = run(job("whole", "\"precision\": \"fp32\""), out);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertThat(ended.events()).first().isInstanceOf(TrainerLine.Started.class);
        TrainerLine.Finished finished = finished(ended);
        assertThat(finished.evalLoss()).isLessThan(finished.baseEvalLoss() - 0.5);
        Path adapter = out.resolve(finished.adapter());
        assertThat(FileDigest.of(adapter)).isEqualTo(finished.adapterSha256());
        assertThat(Files.readAllLines(out.resolve("training_log.jsonl"))).isEqualTo(ended.lines());
        assertThat(lossInLlamaCpp(adapter))
                .isCloseTo(finished.evalLoss(), org.assertj.core.api.Assertions.within(5e-3));
        assertPeftFolder(out.resolve(finished.peft()));
        JsonNode manifest = JSON.readTree(out.resolve("manifest.json").toFile());
        assertThat(manifest.path("contract").path("baseDigest").asText())
                .isEqualTo(FileDigest.of(directory.resolve("base.gguf")));
    }

    /** The same loss as the trainer's, measured by the server's library with the adapter on. */
    private static double lossInLlamaCpp(Path adapter) throws IOException {
        Path base = directory.resolve("base.gguf");
        ModelHyperparameters shape;
        try (GgufFile file = GgufFile.open(base)) {
            shape = ModelHyperparameters.read(file);
        }
        assertThat(new AdapterValidator(shape).validate(adapter))
                .isNotInstanceOf(AdapterOutcome.Refused.class);
        double sum = 0;
        int count = 0;
        try (ChatFormat format = ChatFormat.open(base);
                LlamaModel model = LlamaModel.load(base, LlamaModelOptions.defaults());
                LoraAdapter lora = LoraAdapter.load(model, adapter);
                LlamaContext context =
                        LlamaContext.create(model, LlamaContextOptions.ofLength(256))) {
            context.setAdapters(List.of(new ScaledAdapter(lora, 1)));
            for (String line : Files.readAllLines(directory.resolve("eval.jsonl"))) {
                List<ChatMessage> messages = new ArrayList<>();
                JSON.readTree(line)
                        .path("messages")
                        .forEach(m ->
                                messages.add(
                                        ChatMessage.of(
                                                m.path("role").asText(),
                                                m.path("content").asText())));
                TrainingExample example = format.example(messages);
                context.clear();
                Batch batch = Batch.ofCapacity(example.length());
                for (int i = 0; i < example.length(); i++) {
                    batch.add(example.tokens()[i], i, 0, true);
                }
                context.decode(batch);
                for (int i = 1; i < example.length(); i++) {
                    if (example.isTrained(i)) {
                        sum += crossEntropy(context.logits(i - 1), example.tokens()[i]);
                        count++;
                    }
                }
            }
            context.setAdapters(List.of());
        }
        return sum / count;
    }

    private static double crossEntropy(float[] logits, int target) {
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
        }
        return Math.log(total) - logits[target];
    }

    private static void assertPeftFolder(Path peft) throws IOException {
        JsonNode config = JSON.readTree(peft.resolve("adapter_config.json").toFile());
        assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
        assertThat(config.path("r").asInt()).isEqualTo(4);
        assertThat(config.path("target_modules")).hasSize(7);
        try (Arena arena = Arena.ofConfined()) {
            Safetensors.Contents contents =
                    Safetensors.read(peft.resolve("adapter_model.safetensors"), arena);
            assertThat(contents.tensors()).hasSize(2 * 7 * 2);
            assertThat(
                            Objects.requireNonNull(
                                            contents.tensors()
                                                    .get(
                                                            "base_model.model.model.layers.1"
                                                                    + ".self_attn.k_proj.lora_B.weight"))
                                    .shape())
                    .containsExactly(32L, 4L);
        }
    }

    @Test
    void aKilledRunGoesOnWithTheSameLossesBitByBit() throws Exception {
        Path job = job("killed", "");
        Path undisturbed = directory.resolve("undisturbed");
        assertThat(run(job, undisturbed).exitCode()).isZero();
        Path disturbed = directory.resolve("disturbed");
        killAfterStep(job, disturbed, 5);
        killAfterStep(job, disturbed, 11);

        TrainerProcessForTest.Ended ended = run(job, disturbed);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertThat(started(ended).resumedFromStep()).isGreaterThanOrEqualTo(8);
        assertThat(TrainerProcessForTest.losses(disturbed))
                .isEqualTo(TrainerProcessForTest.losses(undisturbed));
        assertThat(Files.readAllBytes(disturbed.resolve("adapter.gguf")))
                .isEqualTo(Files.readAllBytes(undisturbed.resolve("adapter.gguf")));
    }

    /** The first scale overflows half precision here, so that steps are skipped before the kill. */
    @Test
    void aKilledRunInHalfPrecisionGoesOnWithItsLossScale() throws Exception {
        Path job =
                job(
                        "half",
                        "\"precision\": \"fp16\", \"kernels\": \"torch\", \"lossScale\":"
                                + " 16777216");
        Path undisturbed = directory.resolve("half-undisturbed");
        TrainerProcessForTest.Ended whole = run(job, undisturbed);
        assertThat(whole.exitCode()).as(whole.errors()).isZero();
        TrainerLine.Finished finished = finished(whole);
        assertThat(finished.evalLoss()).isLessThan(finished.baseEvalLoss() - 0.3);
        assertThat(lossScales(undisturbed)).first().isEqualTo(16777216.0);
        assertThat(lossScales(undisturbed)).last().isEqualTo(65536.0);

        Path disturbed = directory.resolve("half-disturbed");
        killAfterStep(job, disturbed, 9);
        TrainerProcessForTest.Ended ended = run(job, disturbed);

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        assertThat(started(ended).resumedFromStep()).isGreaterThanOrEqualTo(8);
        assertThat(TrainerProcessForTest.losses(disturbed))
                .isEqualTo(TrainerProcessForTest.losses(undisturbed));
        assertThat(lossScales(disturbed)).isEqualTo(lossScales(undisturbed));
        assertThat(Files.readAllBytes(disturbed.resolve("adapter.gguf")))
                .isEqualTo(Files.readAllBytes(undisturbed.resolve("adapter.gguf")));
    }

    @Test
    void anotherJobDoesNotGoOnFromACheckpoint() throws Exception {
        Path out = directory.resolve("taken");
        assertThat(run(job("first", "\"maxSteps\": 6"), out).exitCode()).isZero();

        TrainerProcessForTest.Ended ended = run(job("second", "\"maxSteps\": 6, \"seed\": 7"), out);

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.failure()).contains("belongs to another job");
    }

    @Test
    void everyWrongInputIsOneErrorBeforeTheFirstStep() throws Exception {
        byte[] base = Files.readAllBytes(directory.resolve("base.gguf"));
        Files.write(directory.resolve("cut.gguf"), java.util.Arrays.copyOf(base, base.length / 2));
        Files.writeString(directory.resolve("none.jsonl"), "\n");
        Files.writeString(directory.resolve("text.jsonl"), "a text\n");
        assertRefused("\"base\": {\"path\": \"cut.gguf\"}", "cut.gguf\" is not a sound GGUF file");
        assertRefused(
                "\"base\": {\"path\": \"base.gguf\", \"sha256\": \"" + "1".repeat(64) + "\"}",
                "must have digest 1111");
        assertRefused("\"eval\": [\"none.jsonl\"]", "must hold at least one row");
        assertRefused("\"train\": [\"text.jsonl\"]", "text.jsonl:1 is not JSON");
        assertRefused("\"maxLength\": 4096", "maxLength must be at most the base's context length");
        assertRefused("\"maxLength\": 8", "tokens, maxLength is 8");
        assertRefused(
                "\"contract\": {\"tokenizerDigest\": \"abc\"}",
                "contract.tokenizerDigest is \"abc\", the base has");
        assertRefused("\"lora\": {\"rank\": 0}", "lora.rank must be a whole number");
        assertRefused(
                "\"device\": \"cuda\"",
                "device \"cuda:0\" cannot be used: this build has no CUDA libraries; build with"
                        + " -Pcuda");
        assertRefused("\"precision\": \"fp16\"", "is not computed by the fused kernels");
        assertRefused("\"memoryLimitBytes\": 100000000", "needs at least");
        assertRefused("\"lora\": {\"rank\": 4, \"targets\": [\"w\"]}", "which matches nothing");
        assertRefused("\"eval\": []", "eval must name at least one file of rows");
        assertRefused("\"resumeFrom\": \"nowhere\"", "nowhere\" does not exist");
        assertRefused("\"resumeFrom\": \"text.jsonl\"", "is not a sound safetensors file");
    }

    @Test
    void aBaseThatCannotBeComputedIsRefusedByTheNameOfWhatItHas() throws Exception {
        MemorySegment zeros = Arena.global().allocate(1024);
        changedBase(file -> file.put("general.architecture", GgufValue.text("gemma2")));
        assertRefused(CHANGED, "architecture \"gemma2\" cannot be trained; allowed: llama, qwen2");
        changedBase(file -> file.put("llama.rope.scaling.type", GgufValue.text("yarn")));
        assertRefused(
                CHANGED, "llama.rope.scaling.type", "must be absent or \"none\", got \"yarn\"");
        changedBase(file -> file.put("llama.rope.scale_linear", GgufValue.float32(2f)));
        assertRefused(CHANGED, "llama.rope.scale_linear");
        changedBase(file ->
                file.addTensor(
                        "output.weight", GgmlType.Q2_K, List.of(256L), zeros.asSlice(0, 84)));
        assertRefused(
                CHANGED, "\"output.weight\" of type Q2_K is not supported; allowed: F32, F16");
        changedBase(file ->
                file.addTensor(
                        "blk.0.attn_q.bias", GgmlType.F32, List.of(64L), zeros.asSlice(0, 256)));
        assertRefused(
                CHANGED, "as llama it cannot be trained: tensor \"blk.0.attn_q.bias\" is not");
        changedBase(file -> file.put("llama.block_count", GgufValue.uint32(3)));
        assertRefused(CHANGED, "tensor \"blk.2.attn_norm.weight\" is missing", "and 4 more");
    }

    /** The tiny base with something added. */
    private static void changedBase(Consumer<GgufWriter> change) throws IOException {
        changedBase(Map.of(), change);
    }

    /** The tiny base with tensors of other contents and something added. */
    private static void changedBase(
            Map<String, MemorySegment> contents, Consumer<GgufWriter> change) throws IOException {
        try (GgufFile file = GgufFile.open(directory.resolve("base.gguf"))) {
            GgufWriter writer = new GgufWriter();
            for (String key : file.metadata().keys()) {
                writer.put(key, file.metadata().find(key).orElseThrow());
            }
            for (GgufTensor tensor : file.tensors()) {
                writer.addTensor(
                        tensor.name(),
                        tensor.type(),
                        tensor.dimensions(),
                        contents.getOrDefault(tensor.name(), file.data(tensor)));
            }
            change.accept(writer);
            writer.write(directory.resolve("changed.gguf"));
        }
    }

    /** The pseudo file system has no room at all. */
    @Test
    void noRoomOnTheDiskIsToldBeforeTheFirstStep() throws Exception {
        TrainerProcessForTest.Ended ended = run(job("room", ""), Path.of("/proc/loramill-out"));

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.failure()).contains("where 0 MiB are free; make room");
        TrainerProcessForTest.Ended below =
                run(job("room", ""), directory.resolve("base.gguf").resolve("out"));
        assertThat(below.exitCode()).isEqualTo(2);
        assertThat(below.failure()).contains("cannot be made");
    }

    private static void assertRefused(String change, String... parts) throws Exception {
        Path out = directory.resolve("refused");
        TrainerProcessForTest.Ended ended = run(job("refused", change), out);

        assertThat(ended.exitCode()).as(change).isEqualTo(2);
        assertThat(ended.failure()).contains(parts);
        assertThat(ended.errors()).contains(parts).doesNotContain("\tat ");
        assertThat(out).doesNotExist();
    }

    @Test
    void aLossThatIsNoNumberNamesStepAndRows() throws Exception {
        Path out = directory.resolve("diverged");

        TrainerProcessForTest.Ended ended =
                run(
                        job(
                                "diverged",
                                "\"optimizer\": {\"learningRate\": 10, \"warmupSteps\": 0,"
                                        + " \"weightDecay\": 10}, \"precision\": \"fp32\","
                                        + " \"epochs\": 40"),
                        out);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.failure())
                .contains("must be finite")
                .contains("at step ")
                .contains("row-");
        assertThat(out.resolve("adapter.gguf")).doesNotExist();
    }

    @Test
    void aBaseWithoutFiniteLossesEndsBeforeTheFirstStep() throws Exception {
        Path out = directory.resolve("no-number");
        MemorySegment norm;
        try (GgufFile file = GgufFile.open(directory.resolve("base.gguf"))) {
            norm = Arena.global().allocate(file.tensor("output_norm.weight").byteSize());
        }
        norm.fill((byte) 0xFF);
        changedBase(Map.of("output_norm.weight", norm), _ -> {});

        TrainerProcessForTest.Ended ended = run(job("no-number", CHANGED), out);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.failure())
                .contains("the evaluation loss must be finite, got NaN after step 0", "row-");
        // Another attempt would end the same way.
        assertThat(ended.events())
                .last()
                .isInstanceOfSatisfying(
                        TrainerLine.Failed.class,
                        failed ->
                                assertThat(failed.category())
                                        .isEqualTo(TrainerLine.Fault.INVALID_INPUT));
        assertThat(out.resolve("adapter.gguf")).doesNotExist();
    }

    @Test
    void planTellsStepsAndMemoryWithoutTraining() throws Exception {
        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(
                        directory, "plan", "--job", job("planned", "").toString());

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        JsonNode figures = JSON.readTree(ended.lines().getLast());
        assertThat(figures.path("totalSteps").asInt()).isPositive();
        assertThat(figures.path("memoryBytes").path("base weights").asLong()).isPositive();
        assertThat(figures.path("device").asText()).isEqualTo("cpu");
        assertThat(figures.path("deviceReason").asText()).contains("build with -Pcuda");
    }

    @Test
    void theCommandLineSaysWhereAndHowInsteadOfTheJob() throws Exception {
        Path job = job("elsewhere", "\"device\": \"cuda:1\", \"maxSteps\": 2");
        Path out = directory.resolve("elsewhere");
        for (String command : List.of("run", "plan")) {
            assertRefused(
                    command, job, out, "gpu", "device must be one of auto, cpu, cuda, cuda:N");
            assertRefused(
                    command, job, out, "cuda", "build with -Pcuda", "or choose device \"cpu\"");
        }

        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(
                        directory,
                        "run",
                        "--job",
                        job.toString(),
                        "--out",
                        out.toString(),
                        "--device",
                        "auto",
                        "--precision",
                        "fp32");

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        TrainerLine.Started started = started(ended);
        assertThat(started.device()).isEqualTo("cpu");
        assertThat(started.precision()).isEqualTo("fp32");
    }

    private static void assertRefused(
            String command, Path job, Path out, String device, String... parts) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of(command, "--job", job.toString(), "--device", device));
        if (command.equals("run")) {
            arguments.addAll(List.of("--out", out.toString()));
        }

        TrainerProcessForTest.Ended ended =
                TrainerProcessForTest.run(directory, arguments.toArray(String[]::new));

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.errors()).contains(parts).containsOnlyOnce("trainer: ");
        assertThat(out).doesNotExist();
    }

    @Test
    void devicesTellsWhatAJobWouldGetAndWhy() throws Exception {
        TrainerProcessForTest.Ended ended = TrainerProcessForTest.run(directory, "devices");

        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        JsonNode figures = JSON.readTree(ended.lines().getLast());
        assertThat(figures.path("device").asText()).isEqualTo("cpu");
        assertThat(figures.path("kernels").asText()).isEqualTo("fused");
        assertThat(figures.path("reason").asText()).contains("build with -Pcuda");

        TrainerProcessForTest.Ended refused =
                TrainerProcessForTest.run(directory, "devices", "--device", "cuda:3");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.errors()).contains("device \"cuda:3\" cannot be used");
    }

    private static void killAfterStep(Path job, Path out, int step) throws Exception {
        Path output = Files.createTempFile(directory, "killed", ".txt");
        Process process =
                TrainerProcessForTest.start(
                        output,
                        directory.resolve("killed-errors.txt"),
                        "run",
                        "--job",
                        job.toString(),
                        "--out",
                        out.toString());
        try {
            await().atMost(Duration.ofSeconds(120))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() ->
                            Files.readString(output)
                                    .contains("\"type\":\"progress\",\"step\":" + step));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static List<Double> lossScales(Path out) throws IOException {
        return TrainerProcessForTest.logged(out, TrainerLine.Progressed.class).stream()
                .map(TrainerLine.Progressed::lossScale)
                .filter(Objects::nonNull)
                .toList();
    }

    private static TrainerLine.Started started(TrainerProcessForTest.Ended ended) {
        return TrainerProcessForTest.as(TrainerLine.Started.class, ended.events().getFirst());
    }

    private static TrainerLine.Finished finished(TrainerProcessForTest.Ended ended) {
        return TrainerProcessForTest.as(TrainerLine.Finished.class, ended.events().getLast());
    }

    private static TrainerProcessForTest.Ended run(Path job, Path out) throws Exception {
        return TrainerProcessForTest.run(
                directory, "run", "--job", job.toString(), "--out", out.toString());
    }
}
