package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The goldens are bytes that were stored: a digest of them names a version. Never changed. */
class DatasetManifestTest {
    private static final Path GOLDENS = Path.of("src/test/resources/contracts");
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @Test
    void aManifestHasTheBytesOfTheGolden() throws IOException {
        DatasetManifest manifest =
                new DatasetManifest(
                        DatasetManifest.FORMAT,
                        null,
                        new RecipeReference("medical-forum", DIGEST),
                        new DatasetManifest.Rows(10, 7, 2, 1, 6, 1, 0, 1),
                        6,
                        42,
                        0.05,
                        "question",
                        512,
                        FreezeRequest.OverLength.TRUNCATE,
                        null,
                        new DatasetManifest.Base("tiny", DIGEST),
                        new TrainServeContract(
                                DIGEST,
                                "Q4_1",
                                "llama",
                                49_152,
                                DIGEST,
                                DIGEST,
                                "2024-07-26",
                                0,
                                2),
                        new DatasetManifest.TokenLengths(
                                17,
                                600,
                                231,
                                64,
                                List.of(
                                        new DatasetManifest.Bucket(0, 2),
                                        new DatasetManifest.Bucket(64, 1),
                                        new DatasetManifest.Bucket(128, 1),
                                        new DatasetManifest.Bucket(512, 1),
                                        new DatasetManifest.Bucket(576, 1))),
                        new DatasetManifest.RowFile(new ArtifactReference(DIGEST, 1234), 5, 1200),
                        new DatasetManifest.RowFile(new ArtifactReference(DIGEST, 567), 1, 86));

        assertThat(manifest.bytes())
                .asString()
                .isEqualTo(Files.readString(GOLDENS.resolve("manifest-format-2.json")));
        assertThat(DatasetManifest.read(manifest.bytes())).isEqualTo(manifest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "manifest-format-1.json",
                "manifest-format-1-of-a-sample.json",
                "manifest-format-2.json"
            })
    void everyFormatSoFarIsReadAndWrittenBackByteByByte(String name) throws IOException {
        byte[] golden = Files.readAllBytes(GOLDENS.resolve(name));

        assertThat(DatasetManifest.read(golden).bytes()).isEqualTo(golden);
    }

    @Test
    void theFirstFormatTellsItsDataset() throws IOException {
        DatasetManifest manifest =
                DatasetManifest.read(Files.readAllBytes(GOLDENS.resolve("manifest-format-1.json")));

        assertThat(manifest.dataset())
                .isEqualTo(new DatasetManifest.Dataset("ds-0123456789abcdef", "rows.jsonl"));
        assertThat(manifest.sample()).isNull();
        assertThat(manifest.systemPrompt()).isEqualTo("Answer briefly, ä€.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"recipe", "base", "contract", "rows", "train", "eval", "maxTokens"})
    void whatIsMissingIsNamed(String member) throws IOException {
        ObjectNode manifest = golden();
        manifest.remove(member);

        assertThatThrownBy(() -> DatasetManifest.read(manifest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a manifest of a frozen version")
                .hasMessageContaining(member);
    }

    @Test
    void whatIsMalformedIsNamed() throws IOException {
        ObjectNode manifest = golden();
        ((ObjectNode) manifest.get("contract")).put("tokenizerDigest", "short");

        assertThatThrownBy(() -> DatasetManifest.read(manifest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("contract: ")
                .hasMessageContaining("tokenizerDigest must be 64")
                .hasMessageContaining("\"short\"");
    }

    @Test
    void aFormatOfLaterDaysIsRefused() throws IOException {
        ObjectNode manifest = golden().put("format", 3);

        assertThatThrownBy(() -> DatasetManifest.read(manifest))
                .hasMessageContaining("format must be in [1, 2], got 3");
    }

    private static ObjectNode golden() throws IOException {
        return (ObjectNode)
                EventJson.mapper().readTree(GOLDENS.resolve("manifest-format-2.json").toFile());
    }
}
