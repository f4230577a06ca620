package dev.loramill.trainer.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.DatasetManifest;
import dev.loramill.events.FreezeRequest;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.trainer.job.TrainingJob.RequestedPrecision;
import dev.loramill.trainer.storage.FileDigest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobReaderTest {
    private static final String DIGEST = "a".repeat(64);

    @TempDir Path directory;

    @BeforeEach
    void makeFiles() throws IOException {
        Files.writeString(directory.resolve("base.gguf"), "x");
        Files.writeString(directory.resolve("train.jsonl"), "x");
        Files.writeString(directory.resolve("eval.jsonl"), "x");
    }

    @Test
    void fillsInDefaults() throws IOException {
        TrainingJob job =
                read(
                        """
                        {"base": {"path": "base.gguf"}, "train": ["train.jsonl"],
                         "eval": ["eval.jsonl"]}
                        """);

        assertThat(job.base()).isEqualTo(directory.resolve("base.gguf"));
        assertThat(job.lora().rank()).isEqualTo(16);
        assertThat(job.lora().alpha()).isEqualTo(32);
        assertThat(job.lora().targets()).containsExactly(LoraTarget.values());
        assertThat(job.optimizer().learningRate()).isEqualTo(2e-4);
        assertThat(job.optimizer().scheduleOf(500).warmupSteps()).isEqualTo(50);
        assertThat(job.optimizer().scheduleOf(5000).warmupSteps()).isEqualTo(100);
        assertThat(job.batchSize()).isEqualTo(4);
        assertThat(job.maxLength()).isEqualTo(512);
        assertThat(job.isPacked()).isTrue();
        assertThat(job.seed()).isEqualTo(42);
    }

    @Test
    void readsWhatTheAgentWrites() throws IOException {
        TrainingJob job =
                read(
                        """
                        {"base": {"path": "base.gguf", "sha256": "%s"},
                         "train": ["train.jsonl"], "eval": ["eval.jsonl"],
                         "lora": {"rank": 8, "alpha": 16.0, "dropout": 0.05, "targets": ["q", "down"]},
                         "optimizer": {"learningRate": 1e-3, "warmupSteps": 3},
                         "epochs": 2, "maxSteps": 7, "batchSize": 2, "gradientAccumulation": 4,
                         "maxLength": 64, "seed": 1, "precision": "fp32", "evalEverySteps": 2,
                         "saveEverySteps": 3, "threads": 2, "resumeFrom": null,
                         "contract": {"architecture": "llama"}}
                        """
                                .formatted("0".repeat(64)));

        assertThat(job.lora().targets()).containsExactly(LoraTarget.Q, LoraTarget.DOWN);
        assertThat(job.lora().dropout()).isEqualTo(0.05);
        assertThat(job.maxSteps()).hasValue(7);
        assertThat(job.optimizer().scheduleOf(100).warmupSteps()).isEqualTo(3);
        assertThat(job.contract()).isEqualTo("{\"architecture\":\"llama\"}");
    }

    @Test
    void aFrozenVersionGivesRowsLimitAndContract() throws IOException {
        Files.write(directory.resolve("manifest.json"), manifest("x", "x").bytes());

        TrainingJob job =
                read("{\"base\": {\"path\": \"base.gguf\"}, \"dataset\": \"manifest.json\"}");

        assertThat(job.train()).containsExactly(directory.resolve("train.jsonl"));
        assertThat(job.eval()).containsExactly(directory.resolve("eval.jsonl"));
        assertThat(job.maxLength()).isEqualTo(640);
        assertThat(job.overLength()).isEqualTo(TrainingJob.OverLength.TRUNCATE);
        assertThat(job.contract()).contains("\"architecture\":\"llama\"", DIGEST);
    }

    @Test
    void aFrozenVersionInAnArtifactStoreHasItsRowsThere() throws IOException {
        LocalArtifactStore store = new LocalArtifactStore(directory.resolve("artifacts"));
        store.put(new ByteArrayInputStream("rows".getBytes(StandardCharsets.UTF_8)));
        store.put(new ByteArrayInputStream("held out".getBytes(StandardCharsets.UTF_8)));
        StoredArtifact manifest =
                store.put(new ByteArrayInputStream(manifest("rows", "held out").bytes()));

        TrainingJob job =
                read(
                        "{\"base\": {\"path\": \"base.gguf\"}, \"dataset\": \"%s\"}"
                                .formatted(store.localPath(manifest.sha256())));

        assertThat(Files.readString(job.train().getFirst())).isEqualTo("rows");
        assertThat(Files.readString(job.eval().getFirst())).isEqualTo("held out");
    }

    @Test
    void refusesAFrozenVersionWithOtherRows() throws IOException {
        Files.write(directory.resolve("manifest.json"), manifest("y", "x").bytes());

        assertThatThrownBy(() ->
                        read(
                                "{\"base\": {\"path\": \"base.gguf\"}, \"eval\": [\"eval.jsonl\"],"
                                        + " \"dataset\": \"manifest.json\"}"))
                .hasMessageContaining("dataset gives train and eval")
                .hasMessageContaining("must have the digest that the dataset's manifest says");
        assertThatThrownBy(() ->
                        read(
                                "{\"base\": {\"path\": \"base.gguf\"},"
                                        + " \"dataset\": \"train.jsonl\"}"))
                .hasMessageContaining("must be the path of a frozen version's manifest");
    }

    private static DatasetManifest manifest(String train, String eval) {
        return new DatasetManifest(
                DatasetManifest.FORMAT,
                null,
                new RecipeReference("none", DIGEST),
                new DatasetManifest.Rows(2, 2, 0, 0, 2, 0, 0, 0),
                null,
                42,
                0.5,
                "question",
                640,
                FreezeRequest.OverLength.TRUNCATE,
                null,
                new DatasetManifest.Base("tiny", DIGEST),
                new TrainServeContract(
                        DIGEST, "F16", "llama", 320, DIGEST, DIGEST, "2024-07-26", 1, 2),
                new DatasetManifest.TokenLengths(1, 2, 1.5, 64, List.of()),
                new DatasetManifest.RowFile(new ArtifactReference(sha256(train), 1), 1, 1),
                new DatasetManifest.RowFile(new ArtifactReference(sha256(eval), 1), 1, 2));
    }

    private static String sha256(String text) {
        MessageDigest digest = FileDigest.sha256();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return FileDigest.hex(digest);
    }

    @Test
    void namesEveryFaultAtOnce() {
        assertThatThrownBy(() ->
                        read(
                                """
                                {"base": {"path": "absent.gguf"}, "train": [],
                                 "eval": ["eval.jsonl"],
                                 "lora": {"rank": 0, "targets": ["qq"]},
                                 "epochs": 1.5, "precision": "fp8", "lossOn": 3,
                                 "device": "gpu", "kernels": "own",
                                 "batchsize": 4}
                                """))
                .isInstanceOf(InvalidJobException.class)
                .hasMessageContaining("absent.gguf\" is not a readable file")
                .hasMessageContaining("train must name at least one file")
                .hasMessageContaining("lora.rank must be a whole number in [1, 256], got 0")
                .hasMessageContaining("got \"qq\", which matches nothing")
                .hasMessageContaining("epochs must be a whole number in [1, 1000], got 1.5")
                .hasMessageContaining(
                        "precision must be one of auto, bf16, fp16, fp32, got \"fp8\"")
                .hasMessageContaining("lossOn must be one of assistant, all, got 3")
                .hasMessageContaining("device must be one of auto, cpu, cuda, cuda:N, got \"gpu\"")
                .hasMessageContaining("kernels must be one of auto, fused, torch, got \"own\"")
                .hasMessageContaining("batchsize is not a field of a job");
    }

    @Test
    void refusesWhatIsNotJson() {
        assertThatThrownBy(() -> read("{\"base\": ")).hasMessageContaining("is not JSON");
        assertThatThrownBy(() -> read("[]")).hasMessageContaining("must hold one JSON object");
        assertThatThrownBy(() -> JobReader.read(directory.resolve("none.json")))
                .hasMessageContaining("does not exist");
    }

    @ParameterizedTest
    @CsvSource({
        "q, Q",
        "k, K",
        "v, V",
        "o, O",
        "gate, GATE",
        "up, UP",
        "down, DOWN",
        "q_proj, Q",
        "down_proj, DOWN",
        "attn_output, O"
    })
    void everyTargetHasItsName(String name, LoraTarget target) throws IOException {
        TrainingJob job =
                read(
                        """
                        {"base": {"path": "base.gguf"}, "train": ["train.jsonl"],
                         "eval": ["eval.jsonl"],
                         "lora": {"targets": ["%s"], "rankStabilized": true}}
                        """
                                .formatted(name));

        assertThat(job.lora().targets()).containsExactly(target);
        assertThat(job.lora().isRankStabilized()).isTrue();
    }

    @Test
    void theWarmupIsAShareOfTheRunOrANumberOfSteps() throws IOException {
        String job =
                """
                {"base": {"path": "base.gguf"}, "train": ["train.jsonl"], "eval": ["eval.jsonl"],
                 "optimizer": {%s, "schedule": "cosine"}}
                """;

        TrainingJob.Optimizer ratio = read(job.formatted("\"warmupRatio\": 0.2")).optimizer();
        TrainingJob.Optimizer steps = read(job.formatted("\"warmupSteps\": 7")).optimizer();

        assertThat(ratio.scheduleOf(50).warmupSteps()).isEqualTo(10);
        assertThat(ratio.scheduleOf(50).kind()).isEqualTo(LearningRateSchedule.Kind.COSINE);
        assertThat(steps.scheduleOf(50).warmupSteps()).isEqualTo(7);
    }

    @Test
    void theCommandLineReplacesWhatTheFileSays() throws IOException {
        Path file = directory.resolve("job.json");
        Files.writeString(
                file,
                """
                {"base": {"path": "base.gguf"}, "train": ["train.jsonl"], "eval": ["eval.jsonl"],
                 "device": "cuda:1", "precision": "fp16"}
                """);

        TrainingJob replaced = JobReader.read(file, 1, new JobOverrides("cpu", "fp32"));

        assertThat(replaced.compute().device().kind()).isEqualTo(RequestedDevice.Kind.CPU);
        assertThat(replaced.precision()).isEqualTo(RequestedPrecision.FP32);
        assertThat(JobReader.read(file).compute().device())
                .isEqualTo(new RequestedDevice(RequestedDevice.Kind.CUDA, 1));
        assertThatThrownBy(() -> JobReader.read(file, 1, new JobOverrides("gpu", "fp8")))
                .hasMessageContaining("device must be one of auto, cpu, cuda, cuda:N, got \"gpu\"")
                .hasMessageContaining("precision must be one of auto, bf16, fp16, fp32");
    }

    private TrainingJob read(String json) throws IOException {
        Path file = directory.resolve("job.json");
        Files.writeString(file, json);
        return JobReader.read(file);
    }
}
