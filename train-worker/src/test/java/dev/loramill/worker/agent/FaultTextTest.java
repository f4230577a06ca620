package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultTextTest {
    private static final String WHEAT = "\uD83C\uDF3E";

    @Test
    void aLongMessageIsItsBeginning() {
        String message = "why: " + "x".repeat(FaultText.MAX_LENGTH);

        assertThat(FaultText.of(new IllegalStateException(message)))
                .hasSize(FaultText.MAX_LENGTH)
                .startsWith("why: x");
    }

    @Test
    void aLongLogIsItsEnd() {
        assertThat(FaultText.end("x".repeat(FaultText.MAX_LOG_LENGTH) + " end"))
                .hasSize(FaultText.MAX_LOG_LENGTH)
                .endsWith("x end");
    }

    @Test
    void noCharacterIsCutInTwo() {
        String atTheEnd = "x".repeat(FaultText.MAX_LENGTH - 1) + WHEAT;
        String atTheBeginning = WHEAT + "x".repeat(FaultText.MAX_LOG_LENGTH - 1);

        assertThat(FaultText.of(new IllegalStateException(atTheEnd))).endsWith("x");
        assertThat(FaultText.end(atTheBeginning)).startsWith("x");
    }
}
