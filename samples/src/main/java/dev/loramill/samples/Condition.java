package dev.loramill.samples;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the sample knows about one condition. Notes are whole sentences; lists hold phrases that fit
 * into the frames of {@link Aspect}.
 *
 * @param name condition, as it stands in the middle of a sentence
 * @param preventable what prevention is aimed at, when it is not the condition itself
 */
record Condition(
        String name,
        @JsonProperty("flare") @Nullable String preventable,
        String what,
        List<String> signs,
        String signsNote,
        List<String> causes,
        String causesNote,
        List<String> tests,
        String testsNote,
        List<String> care,
        String careNote,
        List<String> prevention,
        String preventionNote,
        List<String> urgent) {

    /** Reads the topics that are shipped with this module, in their order. */
    static List<Condition> shipped() {
        try (InputStream json =
                Objects.requireNonNull(Condition.class.getResourceAsStream("topics.json"))) {
            return new ObjectMapper().readValue(json, new TypeReference<List<Condition>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource topics.json", e);
        }
    }

    String preventableName() {
        return preventable == null ? name : preventable;
    }
}
