package dev.loramill.llama.binding;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class ExclusiveUseTest {
    private final ExclusiveUse use = new ExclusiveUse("Sampler");

    @Test
    void refusesASecondThreadUntilTheFirstOneEnds() throws Exception {
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            use.begin();
            other.submit(() ->
                            assertThatThrownBy(use::begin)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageStartingWith("Sampler is in use by thread"))
                    .get();
            use.end();
            other.submit(() -> assertThatCode(use::begin).doesNotThrowAnyException()).get();
            assertThatThrownBy(use::begin).isInstanceOf(IllegalStateException.class);
        }
    }
}
