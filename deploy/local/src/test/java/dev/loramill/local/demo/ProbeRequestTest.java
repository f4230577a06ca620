package dev.loramill.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProbeRequestTest {
    @Test
    void messagesAndDecodingAreThoseOfTheEvaluation() throws Exception {
        ProbeRequest request =
                ProbeRequest.of(
                        json(
                                """
                                {"decoding":"greedy,max_tokens=48","system_prompt":"Be brief."}
                                """));

        assertThat(request.body("m", "Why?"))
                .isEqualTo(
                        json(
                                """
                                {"model":"m","messages":[{"role":"system","content":"Be brief."},
                                 {"role":"user","content":"Why?"}],"temperature":0,"max_tokens":48}
                                """));
        assertThat(request.description()).contains("\"Be brief.\"", "temperature 0", "48 tokens");
    }

    @Test
    void noSystemMessageIsSentWhereTheGateHadNone() throws Exception {
        ProbeRequest request = ProbeRequest.of(json("{\"decoding\":\"greedy,max_tokens=48\"}"));

        assertThat(request.body("m", "Why?").path("messages")).hasSize(1);
        assertThat(request.description()).startsWith("without a system prompt");
    }

    @Test
    void anotherDecodingIsRefusedByName() throws Exception {
        JsonNode evaluation = json("{\"decoding\":\"beam,width=4\"}");

        assertThatThrownBy(() -> ProbeRequest.of(evaluation))
                .isInstanceOf(DemoFailure.class)
                .hasMessageContaining("beam,width=4");
    }

    @Test
    void aShellPassesTheBodyOfTheCurlLineOnUnchanged() throws Exception {
        ProbeRequest request = new ProbeRequest("The patient's \"words\" cost $5 `x` \\ ü", 48);

        String line = request.curl(URI.create("http://127.0.0.1:1"), "ft:m", "What's that?");
        // A function in curl's place prints the body, its fifth argument.
        Process shell =
                new ProcessBuilder("sh", "-c", "curl() { printf %s \"$5\"; }; " + line)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String passed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(shell.waitFor()).isZero();
        assertThat(json(passed)).isEqualTo(request.body("ft:m", "What's that?"));
    }

    private static JsonNode json(String text) throws Exception {
        return ServiceClient.JSON.readTree(text);
    }
}
