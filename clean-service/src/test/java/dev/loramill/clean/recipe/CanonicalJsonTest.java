package dev.loramill.clean.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {
    @Test
    void ordersMembersAtEveryDepthAndKeepsArrays() throws Exception {
        assertThat(
                        canonical(
                                "{ \"b\":[3, 1,{\"d\":1,\"c\":null}], \"a\":0.10 ,\"B\":\"é\\u0000\"}"))
                .isEqualTo("{\"B\":\"é\\u0000\",\"a\":0.1,\"b\":[3,1,{\"c\":null,\"d\":1}]}");
    }

    private static String canonical(String json) throws Exception {
        return new String(
                CanonicalJson.write(JsonMapper.builder().build().readTree(json)),
                StandardCharsets.UTF_8);
    }
}
