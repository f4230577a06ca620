package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.FreezeRequest.OverLength;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FreezeRequestTest {
    @Test
    void theSameRequestOfADatasetHasTheSameDigestInEveryBuild() {
        assertThat(request(300, 7, null).digest("ds-1"))
                .isEqualTo("bd5cfa0bd69b45af00f57663d24d497d70ff50e52112448878decadf1e4611a4");
    }

    @Test
    void anotherDatasetOrAnotherMemberHasAnotherDigest() {
        String digest = request(300, 7, null).digest("ds-1");

        assertThat(request(300, 7, null).digest("ds-2")).isNotEqualTo(digest);
        assertThat(request(null, 7, null).digest("ds-1")).isNotEqualTo(digest);
        assertThat(request(300, 8, null).digest("ds-1")).isNotEqualTo(digest);
        assertThat(request(300, 7, "Be brief.").digest("ds-1")).isNotEqualTo(digest);
    }

    @Test
    void aRequestReadFromAnEventHasTheDigestThatItWasSentUnder() {
        FreezeRequested sent = FreezeRequested.of("ds-1", request(300, 7, "Be brief."), "job-1");

        FreezeRequested read = EventJson.read(FreezeRequested.class, EventJson.write(sent));

        assertThat(read).isEqualTo(sent);
        assertThat(read.request().digest("ds-1")).isEqualTo(sent.requestDigest());
    }

    @Test
    void everyFaultIsNamedAtOnce() {
        assertThatThrownBy(() -> new FreezeRequest(" ", 1, 7, 1.0, 15, OverLength.DROP, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "base must name a base model; sample must be >= 2, got 1;"
                                + " eval_fraction must be above 0 and below 1, got 1.0;"
                                + " max_tokens must be in [16, 131072], got 15;"
                                + " system_prompt must not be blank; leave it out for none");
    }

    @Test
    void anAnswerOfABuildBeforeRequestDigestsIsRead() {
        byte[] json =
                """
                {"datasetId":"ds-1","name":"n","recipe":{"name":"none","digest":"%1$s"},
                 "version":"%1$s","manifest":{"sha256":"%1$s","sizeBytes":9},
                 "trainRows":3,"evalRows":1}
                """
                        .formatted("a".repeat(64))
                        .getBytes(StandardCharsets.UTF_8);

        assertThat(EventJson.read(DatasetFrozen.class, json).requestDigest()).isNull();
    }

    private static FreezeRequest request(
            @Nullable Integer sample, long seed, @Nullable String systemPrompt) {
        return new FreezeRequest("smollm2", sample, seed, 0.1, 512, OverLength.DROP, systemPrompt);
    }
}
