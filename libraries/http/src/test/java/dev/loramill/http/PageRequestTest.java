package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageRequestTest {
    @Test
    void whatIsNotGivenTakesTheUsualValues() {
        assertThat(PageRequest.newestFirst(null, "", 20, 100))
                .isEqualTo(new PageRequest(20, null, false));
        assertThat(PageRequest.ordered("", null, null, 10_000))
                .isEqualTo(new PageRequest(10_000, null, false));
    }

    @Test
    void whatIsGivenIsTaken() {
        assertThat(PageRequest.newestFirst("100", "a", 20, 100))
                .isEqualTo(new PageRequest(100, "a", false));
        assertThat(PageRequest.ordered("1", "a", "asc", 100))
                .isEqualTo(new PageRequest(1, "a", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "101", "ten", "1.5", "99999999999"})
    void aLimitOutOfRangeIsRefusedWithTheRange(String limit) {
        assertThatThrownBy(() -> PageRequest.newestFirst(limit, null, 20, 100))
                .isInstanceOf(RefusedException.class)
                .hasMessage("limit must be a whole number in [1, 100], got \"" + limit + "\"");
    }

    @Test
    void anUnknownOrderIsRefused() {
        assertThatThrownBy(() -> PageRequest.ordered(null, null, "random", 100))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("asc or desc")
                .hasMessageContaining("random");
    }
}
