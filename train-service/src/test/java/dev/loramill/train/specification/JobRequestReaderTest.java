package dev.loramill.train.specification;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.LoraSpec;
import dev.loramill.http.RefusedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobRequestReaderTest {
    private static final String DIGEST = "a".repeat(64);

    private final JobRequestReader reader =
            new JobRequestReader(ProbeSet.shipped("medical").questions());

    @Test
    void whatIsLeftOutTakesItsDefault() {
        JobRequest request = read("{'model':'base','training_file':'file-1'}");

        assertThat(request.rows()).isEqualTo(new JobRequest.Rows.OfFile("file-1", "none"));
        assertThat(request.lora()).isEqualTo(new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS));
        assertThat(request.seed()).isEqualTo(42);
        assertThat(request.probes()).hasSize(5);
        assertThat(request.systemPrompt()).isNull();
        assertThat(request.suffix()).isNull();
        assertThat(request.metadata()).isEmpty();
    }

    @Test
    void everythingThatCanBeAskedForIsRead() {
        JobRequest request =
                read(
                        """
                        {'model':'base','training_file':'file-1','recipe':'medical-forum','suffix':'v1.2',
                         'validation_file':null,'integrations':[],'seed':0,'metadata':{'team':'a'},
                         'lora':{'rank':8,'dropout':0.05,'targets':['q','v']},
                         'method':{'type':'supervised','supervised':{'hyperparameters':{
                            'n_epochs':2,'batch_size':'auto','learning_rate_multiplier':0.5,'max_steps':9,
                            'gradient_accumulation':4,'max_length':256,'warmup_steps':0,'eval_every':0,
                            'save_every':10,'precision':'fp16','sample':100,'eval_fraction':0.2}}},
                         'probes':['Why?'],'system_prompt':'Be kind.'}
                        """);

        assertThat(request.rows()).isEqualTo(new JobRequest.Rows.OfFile("file-1", "medical-forum"));
        assertThat(request.lora()).isEqualTo(new LoraSpec(8, 16, 0.05, List.of("q", "v")));
        assertThat(request.hyperparameters())
                .isEqualTo(
                        new HyperparameterChoice(
                                2, null, 0.5, null, 9, 4, 256, 0, 0, 10, "fp16", 100, 0.2));
        assertThat(request.seed()).isZero();
        assertThat(request.metadata()).isEqualTo(Map.of("team", "a"));
        assertThat(request.probes()).containsExactly("Why?");
        assertThat(request.systemPrompt()).isEqualTo("Be kind.");
    }

    @Test
    void versionIsNamedByItsDigestInThreeWays() {
        JobRequest.Rows version = new JobRequest.Rows.OfVersion(DIGEST, null);

        assertThat(read("{'model':'m','dataset':'%s'}".formatted(DIGEST)).rows())
                .isEqualTo(version);
        assertThat(read("{'model':'m','dataset':{'version':'%s'}}".formatted(DIGEST)).rows())
                .isEqualTo(version);
        assertThat(read("{'model':'m','training_file':'%s'}".formatted(DIGEST)).rows())
                .isEqualTo(version);
    }

    @Test
    void everyFaultIsNamedWithItsValueAndWhatIsAllowed() {
        refused("[]", "must be a JSON object");
        refused("{}", "model is required", "training_file is required");
        refused(
                "{'model':'m','training_file':'f','dataset':'%s'}".formatted(DIGEST),
                "dataset must not be given beside training_file");
        refused("{'model':'m','dataset':'ds-1'}", "64 hexadecimal digits, got \"ds-1\"");
        refusedWith("'validation_file':'file-2'", "validation_file is not supported");
        refusedWith("'integrations':[{'type':'wandb'}]", "integrations are not supported");
        refusedWith("'suffix':'a b'", "suffix must have 1 to 64 of letters", "got \"a b\"");
        refusedWith("'suffix':'%s'".formatted("s".repeat(65)), "suffix must have 1 to 64");
        refusedWith("'seed':2147483648", "seed must be", "got 2147483648");
        refusedWith("'metadata':{'a':1}", "metadata must be an object of at most 16 texts");
        refusedWith("'lora':{'targets':['q','x']}", "lora.targets must be", "[q, x]");
        refusedWith("'lora':{'targets':['q','q']}", "lora.targets must be");
        refusedWith("'lora':{'r':8}", "\"lora.r\" is not a known field", "rank, alpha");
        refusedWith("'lora':7", "lora must be an object, got 7");
        refusedWith("'probes':[]", "probes must be a list of 1 to 50 texts");
        refusedWith("'probes':['a',' ']", "probes must be a list of 1 to 50 texts");
        refusedWith("'probes':['%s']".formatted("a".repeat(8_001)), "each of at most 8000");
        refusedWith(
                "'probes':[%s]".formatted(String.join(",", nCopies(8, probe(7_501)))),
                "60000 together");
        refusedWith("'system_prompt':'%s'".formatted("a".repeat(16_001)), "at most 16000");
        refusedWith("'recipe':'%s'".formatted("a".repeat(201)), "at most 200");
        refusedWith("'metadata':{'a':'\\u0000'}", "U+0000");
        refusedWith("'metadata':{'\\ud800':'a'}", "U+0000", "surrogates");
        refusedWith("'probes':['a\\udc00b']", "surrogates");
        refusedWith("'lora':{'\\u0000':1}", "U+0000");
        refusedWith("'hyperparameters':{'n_epochs':51}", "n_epochs must be", "[1, 50], got 51");
        refusedWith("'hyperparameters':{'n_epochs':1.5}", "n_epochs must be", "got 1.5");
        refusedWith("'hyperparameters':{'learning_rate':0}", "learning_rate must be", "got 0");
        refusedWith(
                "'hyperparameters':{'learning_rate':0.1,'learning_rate_multiplier':2}",
                "learning_rate must not be given beside learning_rate_multiplier");
        refusedWith("'hyperparameters':{'epochs':1}", "\"hyperparameters.epochs\" is not a known");
        refusedWith("'hyperparameters':{'precision':'fp8'}", "auto, bf16, fp16, fp32", "\"fp8\"");
        refusedWith("'method':{'type':'dpo','dpo':{}}", "must be \"supervised\"", "\"dpo\"");
        refusedWith(
                "'hyperparameters':{'n_epochs':1},'method':{'type':'supervised','supervised':"
                        + "{'hyperparameters':{'n_epochs':2}}}",
                "keep one of them");
    }

    @Test
    void aLongValueIsShownCut() {
        assertThatThrownBy(() ->
                        read(
                                "{'model':'m','training_file':'f','seed':'%s'}"
                                        .formatted("9".repeat(1_000_000))))
                .isInstanceOf(RefusedException.class)
                .satisfies(fault -> assertThat(fault.getMessage()).hasSizeLessThan(1_000));
    }

    @Test
    void asManyAndAsLongProbesAsAllowedAreTaken() {
        JobRequest request =
                read(
                        "{'model':'m','training_file':'f','probes':[%s]}"
                                .formatted(String.join(",", nCopies(50, probe(1_200)))));

        assertThat(request.probes()).hasSize(50);
    }

    private static String probe(int length) {
        return "'%s'".formatted("é".repeat(length));
    }

    @Test
    void firstFaultGivesCodeAndPart() {
        assertThatThrownBy(() -> read("{'training_file':'f','seed':-1}"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo("missing_required_parameter");
                            assertThat(e.param()).isEqualTo("model");
                            assertThat(e).hasMessageContaining("; seed must be");
                        });
    }

    private void refusedWith(String fields, String... mentioned) {
        refused("{'model':'m','training_file':'f',%s}".formatted(fields), mentioned);
    }

    private void refused(String json, String... mentioned) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(RefusedException.class)
                .hasMessageContainingAll(mentioned);
    }

    private JobRequest read(String json) {
        return reader.read(parse(json));
    }

    private static JsonNode parse(String json) {
        try {
            return new ObjectMapper().readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }
}
