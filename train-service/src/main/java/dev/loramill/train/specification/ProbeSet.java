package dev.loramill.train.specification;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Questions that base and adapter are asked before the gate.
 *
 * @param name name of the set
 * @param questions the questions, at least one
 */
public record ProbeSet(String name, List<String> questions) {
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    public ProbeSet {
        questions = List.copyOf(questions);
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(
                    "probe set \"%s\" must hold at least one question".formatted(name));
        }
    }

    /**
     * A set that is shipped with the service.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public static ProbeSet shipped(String name) {
        try (InputStream json = ProbeSet.class.getResourceAsStream("/probes/" + name + ".json")) {
            if (json == null) {
                throw new IllegalArgumentException(
                        "there is no shipped probe set \"%s\"; there is \"medical\""
                                .formatted(name));
            }
            return JSON.readValue(json, ProbeSet.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read probe set " + name, e);
        }
    }
}
