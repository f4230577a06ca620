package dev.loramill.train.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.TrainingSpec;
import dev.loramill.http.RefusedException;
import dev.loramill.train.stack.Manifests;
import dev.loramill.train.stack.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSpecsTest {
    private static final String BASE = Samples.CONTRACT.baseDigest();
    private static final String VERSION = "b".repeat(64);

    @Test
    void workerIsToldWhatTheVersionHoldsAndTheJobAsksFor() throws JsonProcessingException {
        TrainingSpec spec = TrainingSpecs.of(specification("", BASE), version(27, 3));

        assertThat(spec.datasetVersion()).isEqualTo(VERSION);
        assertThat(spec.trainRows()).isEqualTo(Samples.FILE);
        assertThat(spec.evalRows()).isEqualTo(Samples.EVAL_FILE);
        assertThat(spec.hyperparameters().maxLength()).isEqualTo(256);
        assertThat(spec.systemPrompt()).as("the rows' common one").isEqualTo("Be brief.");
        assertThat(
                        TrainingSpecs.of(
                                        specification(",'system_prompt':'Be kind.'", BASE),
                                        version(27, 3))
                                .systemPrompt())
                .isEqualTo("Be kind.");
    }

    @Test
    void versionForAnotherBaseIsRefusedWithBothDigests() {
        assertThatThrownBy(
                        () -> TrainingSpecs.of(specification("", "e".repeat(64)), version(27, 3)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContainingAll(BASE, "e".repeat(64));
    }

    @Test
    void versionWithoutRowsOnOneSideIsRefused() {
        assertThatThrownBy(() -> TrainingSpecs.of(specification("", BASE), version(0, 3)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("0 rows to train on and 3 held out");
        assertThatThrownBy(() -> TrainingSpecs.of(specification("", BASE), version(27, 0)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("27 rows to train on and 0 held out");
    }

    @Test
    void requestMayRepeatHowAVersionWasFrozenButNotOtherwise() {
        assertThatCode(() ->
                        TrainingSpecs.requireAgreement(
                                request(
                                        ",'recipe':'none','hyperparameters':{'sample':60,"
                                                + "'eval_fraction':0.1}"),
                                version(27, 3)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() ->
                        TrainingSpecs.requireAgreement(
                                request(
                                        ",'recipe':'medical-forum','hyperparameters':"
                                                + "{'sample':61,'eval_fraction':0.2}"),
                                version(27, 3)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContainingAll(
                        "recipe is medical-forum, but the version was frozen with none",
                        "hyperparameters.sample is 61, but the version was frozen with 60",
                        "hyperparameters.eval_fraction is 0.2, but the version was frozen with 0.1");
    }

    private static JobSpecification specification(String fields, String baseDigest)
            throws JsonProcessingException {
        return JobSpecification.of(
                request(fields),
                new ArtifactReference(baseDigest, 100),
                new JobRows.OfVersion(VERSION));
    }

    private static JobRequest request(String fields) throws JsonProcessingException {
        String json = "{'model':'base','dataset':'%s'%s}".formatted(VERSION, fields);
        return new JobRequestReader(List.of("Why?"))
                .read(new ObjectMapper().readTree(json.replace('\'', '"')));
    }

    private static FrozenVersion version(long trainRows, long evalRows) {
        return new FrozenVersion(VERSION, Manifests.of("base", trainRows, evalRows));
    }
}
