package dev.loramill.clean.freeze;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.loramill.http.RefusedException;
import org.jspecify.annotations.Nullable;

/** What came of a request to freeze a dataset. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FreezeAnswer.Frozen.class, name = "frozen"),
    @JsonSubTypes.Type(value = FreezeAnswer.Refused.class, name = "refused")
})
sealed interface FreezeAnswer {
    /**
     * It was frozen.
     *
     * @param version the version
     * @param baseSha256 the base that its id stood for then
     * @param format format of the manifest
     */
    record Frozen(String version, String baseSha256, int format) implements FreezeAnswer {}

    /**
     * It was refused.
     *
     * @param code kind of refusal
     * @param param part of the request that is at fault; null when it is the whole
     * @param reason why, and what to change
     * @param isRetryable it may be granted later
     */
    record Refused(String code, @Nullable String param, String reason, boolean isRetryable)
            implements FreezeAnswer {
        static Refused of(RefusedException refusal) {
            return new Refused(
                    refusal.code(),
                    refusal.param(),
                    String.valueOf(refusal.getMessage()),
                    refusal.retryAfter().isPresent());
        }

        /** The refusal as HTTP tells it. */
        RefusedException toException() {
            return isRetryable
                    ? RefusedException.unavailable(reason)
                    : RefusedException.invalid(code, param, reason);
        }
    }
}
