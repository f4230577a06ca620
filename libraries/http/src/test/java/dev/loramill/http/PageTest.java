package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {
    @Test
    void anItemBeyondTheLimitIsOnlyPromised() {
        Page<String> page = Page.of(List.of("a", "b", "c"), 2, id -> id);

        assertThat(page).isEqualTo(new Page<>("list", List.of("a", "b"), "a", "b", true));
    }

    @Test
    void thePageAfterTheLastItemIsEmpty() {
        assertThat(Page.of(List.<String>of(), 2, id -> id))
                .isEqualTo(new Page<>("list", List.of(), null, null, false));
    }

    @Test
    void itsNamesAreThoseOfTheApi() throws Exception {
        assertThat(
                        JsonMapper.builder()
                                .build()
                                .writeValueAsString(Page.whole(List.of(1), id -> "x")))
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[1],\"first_id\":\"x\",\"last_id\":\"x\",\"has_more\":false}");
    }
}
