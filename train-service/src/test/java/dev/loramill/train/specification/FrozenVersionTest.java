package dev.loramill.train.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.ArtifactReference;
import org.junit.jupiter.api.Test;

class FrozenVersionTest {
    private static final String MANIFEST =
            """
            {"base":{"id":"tiny","sha256":"%1$s"},
             "contract":{"architecture":"llama","baseDigest":"%1$s","baseQuantization":"F16","bosCount":1,
               "chatTemplateDigest":"%1$s","endOfTurnToken":2,"templateDate":"2024-07-26",
               "tokenizerDigest":"%1$s","vocabularySize":320},
             "dataset":{"id":"ds-1","name":"rows.jsonl"},"eval":{"artifact":{"sha256":"%1$s","sizeBytes":7},
               "rows":3,"tokens":90},
             "evalFraction":0.1,"format":1,"maxTokens":256,"overLength":"drop",
             "recipe":{"digest":"%1$s","name":"none"},"sample":null,"seed":42,"systemPrompt":null,
             "train":{"artifact":{"sha256":"%1$s","sizeBytes":9},"rows":27,"tokens":900}}
            """
                    .formatted("a".repeat(64));

    @Test
    void manifestTellsAllThatTrainingNeeds() throws JsonProcessingException {
        FrozenVersion version = FrozenVersion.read("b".repeat(64), manifest());

        assertThat(version.datasetId()).isEqualTo("ds-1");
        assertThat(version.baseId()).isEqualTo("tiny");
        assertThat(version.contract().baseQuantization()).isEqualTo("F16");
        assertThat(version.train()).isEqualTo(new ArtifactReference("a".repeat(64), 9));
        assertThat(version.trainRows()).isEqualTo(27);
        assertThat(version.evalRows()).isEqualTo(3);
        assertThat(version.maxTokens()).isEqualTo(256);
        assertThat(version.systemPrompt()).isNull();
        assertThat(version.sample()).isNull();
    }

    @Test
    void whatIsMissingIsNamed() throws JsonProcessingException {
        for (String member : new String[] {"base", "contract", "dataset", "train", "maxTokens"}) {
            ObjectNode manifest = manifest();
            manifest.remove(member);

            assertThatThrownBy(() -> FrozenVersion.read("b".repeat(64), manifest))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("/" + member);
        }
    }

    @Test
    void malformedContractIsNamed() throws JsonProcessingException {
        ObjectNode manifest = manifest();
        manifest.putObject("contract").put("baseDigest", "short");

        assertThatThrownBy(() -> FrozenVersion.read("b".repeat(64), manifest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/contract of the manifest is malformed");
    }

    private static ObjectNode manifest() throws JsonProcessingException {
        return (ObjectNode) new ObjectMapper().readTree(MANIFEST);
    }
}
