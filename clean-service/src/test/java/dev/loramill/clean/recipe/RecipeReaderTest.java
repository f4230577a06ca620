package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecipeReaderTest {
    @Test
    void theDigestIgnoresSpaceAndOrderOfMembersAndNothingElse() throws Exception {
        String rule =
                """
                {"id":"hi","type":"strip-prefix","field":"assistant","phrases":["hi"],
                 "examples":{"changes":[{"from":"Hi, rest.","to":"Rest."}],"leaves":["Hip."]}}
                """;
        Recipe one = read("{\"name\":\"a\",\"description\":\"d\",\"rules\":[" + rule + "]}");
        Recipe same = read("{ \"rules\" : [" + rule + "],\n\"description\":\"d\", \"name\":\"a\"}");
        Recipe other = read("{\"name\":\"a\",\"description\":\"e\",\"rules\":[" + rule + "]}");

        assertThat(same.reference()).isEqualTo(one.reference());
        assertThat(other.reference().digest()).isNotEqualTo(one.reference().digest());
    }

    @Test
    void namesEveryFailingExample() {
        assertThatThrownBy(() ->
                        read(
                                """
                                {"name":"a","description":"d","rules":[
                                  {"id":"filter","type":"reject-if","field":"assistant",
                                   "because":"residue","patterns":["sic\\\\)"],
                                   "triggers":["sic"],
                                   "examples":{"rejects":["Odd (sic)"],
                                               "keeps":["A drug (analgesic)"]}},
                                  {"id":"length","type":"length-bounds","field":"assistant",
                                   "min":5,"examples":{"rejects":[5],"keeps":[6]}}]}
                                """))
                .asInstanceOf(type(InvalidRecipeException.class))
                .satisfies(e ->
                        assertThat(e.faults())
                                .containsExactly(
                                        "rule \"filter\" must keep \"A drug (analgesic)\","
                                                + " it rejects it for \"sic)\"",
                                        "rule \"length\" must reject a length of 5, it"
                                                + " keeps it"));
    }

    @Test
    void aTriggerThatDoesNotStandInAMatchMakesItsExampleFail() {
        assertThatThrownBy(() ->
                        read(
                                """
                                {"name":"a","description":"d","rules":[
                                  {"id":"hi","type":"strip-prefix","field":"assistant",
                                   "patterns":["hello,"],"triggers":["goodbye"],
                                   "examples":{"changes":[{"from":"Hello, you","to":"You"}],
                                               "leaves":["You"]}}]}
                                """))
                .hasMessageContaining("rule \"hi\" must turn \"Hello, you\" into \"You\"");
    }

    @Test
    void namesEveryFaultOfADocument() {
        assertThatThrownBy(() ->
                        read(
                                """
                                {"name":"Big Name","colour":"red","rules":[
                                  {"id":"a","type":"strip-postfix","field":"assistant"},
                                  {"id":"b","type":"strip-prefix","field":"reply",
                                   "phrases":["x"],
                                   "examples":{"changes":[{"from":"x","to":""}],
                                               "leaves":["y"]}},
                                  {"id":"c","type":"strip-prefix","field":"user",
                                   "examples":{"changes":[{"from":"x","to":""}],
                                               "leaves":["y"]}},
                                  {"id":"d","type":"reject-if","field":"user",
                                   "because":"x","patterns":["("],
                                   "examples":{"rejects":["x"],"keeps":["y"]}},
                                  {"id":"e","type":"reject-if","field":"user",
                                   "because":"x","phrases":["x"]},
                                  {"id":"f","type":"reject-if","field":"user","fuzzy":true,
                                   "because":"x","phrases":["x"],
                                   "examples":{"rejects":["x"],"keeps":["y"]}},
                                  {"id":"g","type":"length-bounds","field":"user",
                                   "min":9,"max":3,"examples":{"rejects":[1],"keeps":[9]}}
                                ]}
                                """))
                .asInstanceOf(type(InvalidRecipeException.class))
                .satisfies(e -> {
                    assertThat(e.faults()).hasSize(10);
                    assertThat(e.getMessage())
                            .contains(
                                    "member \"colour\" is not known",
                                    "\"Big Name\"",
                                    "description must be a text",
                                    "rules[0] \"a\"",
                                    "strip-postfix",
                                    "rules[1] \"b\": field",
                                    "reply",
                                    "rules[2] \"c\"",
                                    "at least one entry in \"phrases\" or \"patterns\"",
                                    "rules[3] \"d\"",
                                    "not a regular expression",
                                    "rules[4] \"e\"",
                                    "examples",
                                    "rules[5] \"f\": fuzzy",
                                    "rules[6] \"g\"",
                                    "max must be >= 9, got 3");
                });
    }

    @Test
    void refusesARuleWithoutAPositiveAndANegativeExample() {
        assertThatThrownBy(() ->
                        read(
                                """
                                {"name":"a","description":"d","rules":[
                                  {"id":"a","type":"strip-prefix","field":"user",
                                   "phrases":["x"],
                                   "examples":{"changes":[{"from":"x","to":""}],
                                               "leaves":[]}}]}
                                """))
                .hasMessageContaining("got 1 and 0");
    }

    @Test
    void refusesTwoRulesOfOneIdAndReservedIds() {
        String rule =
                """
                {"id":"%s","type":"length-bounds","field":"user","min":2,
                 "examples":{"rejects":[1],"keeps":[2]}}
                """;

        assertThatThrownBy(() ->
                        read(
                                "{\"name\":\"a\",\"description\":\"d\",\"rules\":[%s,%s,%s]}"
                                        .formatted(
                                                rule.formatted("x"),
                                                rule.formatted("x"),
                                                rule.formatted("emptied"))))
                .hasMessageContaining("\"x\" is used twice")
                .hasMessageContaining("\"emptied\" is used twice");
    }

    @Test
    void refusesWhatIsNotAnObject() {
        assertThatThrownBy(() -> read("[1]")).hasMessageContaining("must be a JSON object");
        assertThatThrownBy(() -> read("{")).hasMessageContaining("not JSON");
    }

    @Test
    void namesAWholeRowThatBecomesSomethingElse() {
        assertThatThrownBy(() ->
                        read(
                                """
                                {"name":"a","description":"d","rules":[],
                                 "examples":[
                                   {"messages":[{"role":"assistant","content":"x"}],
                                    "rejected_by":"words"}]}
                                """))
                .hasMessageContaining("examples[0] must be rejected by rule \"words\"");
    }

    private static Recipe read(String json) throws InvalidRecipeException {
        return RecipeReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
