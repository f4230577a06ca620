package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {
    @Test
    void idsFollowFromKeyAndKind() {
        IdempotencyKey key = new IdempotencyKey("k-1");

        assertThat(key.hexadecimal("file", 24))
                .matches("[0-9a-f]{24}")
                .isEqualTo(new IdempotencyKey("k-1").hexadecimal("file", 24))
                .isNotEqualTo(key.hexadecimal("dataset", 24))
                .isNotEqualTo(new IdempotencyKey("k-2").hexadecimal("file", 24));
        assertThat(key.alphanumeric("job", 24)).matches("[A-Za-z0-9]{24}");
    }

    @Test
    void aRequestWithoutTheHeaderHasNoKey() {
        assertThat(IdempotencyKey.of(null)).isEmpty();
        assertThat(IdempotencyKey.of("a")).contains(new IdempotencyKey("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "\u00e4", "a\nb"})
    void whatIsNoKeyIsRefused(String header) {
        assertThatThrownBy(() -> IdempotencyKey.of(header))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("1 to 200 visible ASCII characters");
    }
}
