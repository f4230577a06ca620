package dev.loramill.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/** JSON of events: ISO-8601 times, components never unnamed, unknown fields ignored. */
public final class EventJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private EventJson() {}

    /** UTF-8 JSON of an event. */
    public static byte[] write(Event event) {
        try {
            return MAPPER.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "cannot write " + EventType.of(event).typeName() + " as JSON", e);
        }
    }

    /**
     * Reads an event of a known type.
     *
     * @throws UnreadableEventException when the bytes are not such an event
     */
    public static <E extends Event> E read(Class<E> eventClass, byte[] json) {
        E event;
        try {
            event = MAPPER.readValue(json, eventClass);
        } catch (IOException e) {
            throw new UnreadableEventException(
                    "not a %s: %s".formatted(eventClass.getSimpleName(), e.getMessage()), e);
        }
        if (event == null) {
            throw new UnreadableEventException(
                    "not a %s: the body is null".formatted(eventClass.getSimpleName()));
        }
        RequiredComponents.check(event);
        return event;
    }

    /** The mapper, for bodies that hold records of this package inside others. */
    public static JsonMapper mapper() {
        return MAPPER;
    }
}
