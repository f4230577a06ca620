package dev.loramill.train.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.EventJson;
import dev.loramill.train.gate.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdapterStateTest {
    private final AdapterState.Trained trained = new AdapterState.Trained();

    @Test
    void verdictDecidesAndItsReasonsStay() {
        assertThat(trained.judged(new Verdict.Passed(List.of("good"))))
                .isEqualTo(new AdapterState.Live(List.of("good")));
        assertThat(trained.judged(new Verdict.Held(List.of("bad"))))
                .isEqualTo(new AdapterState.Held(List.of("bad")));
    }

    @Test
    void everyStateIsReadAsItWasWritten() throws JsonProcessingException {
        AdapterState.Live live = new AdapterState.Live(List.of("good"));
        for (AdapterState state :
                List.of(live, live.held("slow"), live.held("slow").retired("old"))) {
            String json =
                    EventJson.mapper().writerFor(AdapterState.class).writeValueAsString(state);

            assertThat(EventJson.mapper().readValue(json, AdapterState.class)).isEqualTo(state);
            assertThat(json).contains("\"kind\":\"" + state.word() + "\"");
        }
    }
}
