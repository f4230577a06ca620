package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The committed samples are what earlier builds wrote: every build must read them, and write them
 * back with nothing lost. A sample is never changed; a new version of an event gets a new one.
 */
class EventSamplesTest {
    private static final Path SAMPLES = Path.of("src/test/resources/samples");
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    /** Writes the samples of event types that have none yet. */
    public static void main(String[] arguments) throws Exception {
        Files.createDirectories(SAMPLES);
        for (EventType type : EventType.values()) {
            Path file = SAMPLES.resolve(type.typeName() + ".json");
            if (!Files.exists(file)) {
                Event event = (Event) instance(type.eventClass(), "sample");
                Files.write(file, EventJson.write(event));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void aSampleOfEveryTypeIsReadAndWrittenBack(EventType type) throws IOException {
        byte[] sample = Files.readAllBytes(SAMPLES.resolve(type.typeName() + ".json"));

        Event event = EventJson.read(type.eventClass(), sample);

        assertThat(EventJson.mapper().readTree(EventJson.write(event)))
                .isEqualTo(EventJson.mapper().readTree(sample));
        assertThat(new String(sample, StandardCharsets.UTF_8)).doesNotContain(":null");
    }

    private static Object instance(Type type, String name) throws Exception {
        if (type instanceof ParameterizedType list) {
            return List.of(instance(list.getActualTypeArguments()[0], name));
        }
        Class<?> named = (Class<?>) type;
        if (named == String.class) {
            return text(name);
        }
        if (named == Instant.class) {
            return Instant.parse("2026-01-02T03:04:05Z");
        }
        if (named == int.class || named == Integer.class) {
            return switch (name) {
                case "maxTokens" -> FreezeRequest.MIN_MAX_TOKENS;
                case "sample" -> FreezeRequest.MIN_SAMPLE;
                default -> 1;
            };
        }
        if (named == long.class) {
            return 1L;
        }
        if (named == double.class) {
            return 0.5;
        }
        if (named == boolean.class) {
            return true;
        }
        if (named.isEnum()) {
            return Objects.requireNonNull(named.getEnumConstants())[0];
        }
        if (named == RowCounts.class) {
            return new RowCounts(6, 3, 2, 1);
        }
        RecordComponent[] components = Objects.requireNonNull(named.getRecordComponents());
        Object[] arguments = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            arguments[i] = instance(components[i].getGenericType(), components[i].getName());
        }
        return named.getDeclaredConstructor(types).newInstance(arguments);
    }

    private static String text(String name) {
        return switch (name) {
            case "role" -> "assistant";
            case "targets" -> "q";
            case "precision" -> "bf16";
            case "sha256", "digest", "receivedDigest", "version", "adapterId" -> DIGEST;
            case "baseDigest", "tokenizerDigest", "chatTemplateDigest", "datasetVersion" -> DIGEST;
            case "requestDigest" -> DIGEST;
            default -> "a-" + name;
        };
    }
}
