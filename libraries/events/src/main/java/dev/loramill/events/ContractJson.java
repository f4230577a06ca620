package dev.loramill.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;

/** Reads the records that programs exchange in files and answers instead of events. */
final class ContractJson {
    private ContractJson() {}

    /**
     * Reads a record; members that it does not know are passed over.
     *
     * @param what what it should be, for the fault
     * @throws IllegalArgumentException naming what is missing or wrong
     */
    static <T> T read(String what, JsonNode json, Class<T> type) {
        T value;
        try {
            value = json.isObject() ? EventJson.mapper().treeToValue(json, type) : null;
        } catch (JsonMappingException e) {
            String member =
                    e.getPath().stream()
                            .map(JsonMappingException.Reference::getFieldName)
                            .collect(Collectors.joining("."));
            throw new IllegalArgumentException(
                    "not a %s: %s: %s"
                            .formatted(
                                    what, member.isEmpty() ? "it" : member, e.getOriginalMessage()),
                    e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "not a %s: %s".formatted(what, e.getOriginalMessage()), e);
        }
        if (value == null) {
            throw new IllegalArgumentException("not a %s: no JSON object".formatted(what));
        }
        try {
            RequiredComponents.check(value);
        } catch (UnreadableEventException e) {
            throw new IllegalArgumentException("not a %s: %s".formatted(what, e.getMessage()), e);
        }
        return value;
    }
}
