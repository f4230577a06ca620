package dev.loramill.events;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes docs/events/asyncapi.yaml from the records and their Javadoc, so that the document cannot
 * drift from the code. Run {@link #main} after a change of an event.
 */
final class AsyncApiDocument {
    static final Path FILE = Path.of("../../docs/events/asyncapi.yaml");
    private static final Path SOURCES = Path.of("src/main/java/dev/loramill/events");
    private static final Pattern PARAMETER =
            Pattern.compile("@param (\\w+) (.*?)(?=@param|\\*/)", Pattern.DOTALL);

    private final StringBuilder yaml = new StringBuilder();
    private final Deque<Class<?>> toDescribe = new ArrayDeque<>();
    private final Set<Class<?>> described = new LinkedHashSet<>();

    public static void main(String[] arguments) throws IOException {
        Files.createDirectories(Objects.requireNonNull(FILE.getParent()));
        Files.writeString(FILE, new AsyncApiDocument().text());
    }

    String text() {
        line(0, "asyncapi: 3.0.0");
        line(0, "info:");
        line(1, "title: Loramill events");
        line(1, "version: 0.1.0");
        line(1, "description: >-");
        line(
                2,
                "CloudEvents in the binary mode for Kafka (headers ce_specversion, ce_id, ce_source,");
        line(
                2,
                "ce_type, ce_time, ce_subject) with JSON bodies. Optional fields may be added within a");
        line(
                2,
                "version; anything else is a new one. A record that cannot be read goes to the topic's");
        line(2, "name with .dlq behind it. While traces are on, the header traceparent (W3C Trace");
        line(2, "Context) names the trace of the request that a record follows from.");
        line(2, "AdapterAnnounced bears a signature of train-service by Ed25519 in the header");
        line(
                2,
                "loramill-signature; assignments, heartbeats and reports one by HMAC-SHA256 with the");
        line(
                2,
                "secret that train-service and its workers share (docs/architecture.md, Authority).");
        line(0, "defaultContentType: application/json");
        channels();
        operations();
        line(0, "components:");
        messages();
        schemas();
        return yaml.toString();
    }

    private void channels() {
        line(0, "channels:");
        for (String topic : Topics.all()) {
            line(1, channel(topic) + ":");
            line(2, "address: " + topic);
            line(2, "description: " + quoted(topicSentence(topic)));
            List<EventType> types = typesOn(topic);
            if (topic.equals(Topics.ROWS_SUBMITTED)) {
                line(2, "messages:");
                line(3, "SubmittedRows:");
                line(4, "$ref: '#/components/messages/SubmittedRows'");
            } else if (!types.isEmpty()) {
                line(2, "messages:");
                for (EventType type : types) {
                    line(3, type.eventClass().getSimpleName() + ":");
                    line(4, "$ref: '#/components/messages/%s'".formatted(simpleName(type)));
                }
            }
        }
    }

    private void operations() {
        line(0, "operations:");
        for (String topic : Topics.all()) {
            boolean isDoor = topic.equals(Topics.ROWS_SUBMITTED);
            line(1, (isDoor ? "receive_" : "send_") + channel(topic) + ":");
            line(2, "action: " + (isDoor ? "receive" : "send"));
            line(2, "channel:");
            line(3, "$ref: '#/channels/%s'".formatted(channel(topic)));
        }
    }

    private void messages() {
        line(1, "messages:");
        line(2, "SubmittedRows:");
        line(
                3,
                "summary: One row or a small batch from outside; CloudEvents headers are optional.");
        line(3, "payload:");
        line(4, "$ref: '#/components/schemas/SubmittedRows'");
        for (EventType type : EventType.values()) {
            line(2, simpleName(type) + ":");
            line(3, "name: " + type.typeName());
            line(3, "summary: " + quoted(sentence(type.eventClass())));
            line(3, "payload:");
            line(4, "$ref: '#/components/schemas/%s'".formatted(simpleName(type)));
            toDescribe.add(type.eventClass());
        }
    }

    private void schemas() {
        line(1, "schemas:");
        line(2, "SubmittedRows:");
        line(3, "type: object");
        line(3, "required: [dataset]");
        line(3, "properties:");
        line(4, "dataset: {type: string, description: Id of an open dataset.}");
        line(4, "row: {type: object, description: One row in a known shape.}");
        line(4, "rows: {type: array, items: {type: object}, description: Or several of them.}");
        TreeMap<String, Class<?>> sorted = new TreeMap<>();
        while (!toDescribe.isEmpty()) {
            Class<?> type = toDescribe.remove();
            if (described.add(type)) {
                sorted.put(type.getSimpleName(), type);
                for (RecordComponent component : components(type)) {
                    for (Class<?> inner : recordsIn(component.getGenericType())) {
                        toDescribe.add(inner);
                    }
                }
            }
        }
        sorted.values().forEach(this::schema);
    }

    private void schema(Class<?> type) {
        line(2, type.getSimpleName() + ":");
        line(3, "type: object");
        List<String> required = new ArrayList<>();
        for (RecordComponent component : components(type)) {
            if (!isNullable(component)) {
                required.add(component.getName());
            }
        }
        line(3, "required: [" + String.join(", ", required) + "]");
        line(3, "properties:");
        TreeMap<String, String> sentences = parameters(type);
        for (RecordComponent component : components(type)) {
            line(4, component.getName() + ":");
            String sentence = sentences.get(component.getName());
            if (sentence != null) {
                line(5, "description: " + quoted(sentence));
            }
            describe(5, component.getGenericType());
        }
    }

    private void describe(int depth, Type type) {
        if (type instanceof ParameterizedType list) {
            line(depth, "type: array");
            line(depth, "items:");
            describe(depth + 1, list.getActualTypeArguments()[0]);
        } else if (type == String.class) {
            line(depth, "type: string");
        } else if (type == Instant.class) {
            line(depth, "type: string");
            line(depth, "format: date-time");
        } else if (type == int.class
                || type == long.class
                || type == Integer.class
                || type == Long.class) {
            line(depth, "type: integer");
        } else if (type == double.class) {
            line(depth, "type: number");
        } else if (type == boolean.class) {
            line(depth, "type: boolean");
        } else if (type instanceof Class<?> named && named.isEnum()) {
            line(depth, "type: string");
            List<String> names =
                    Arrays.stream(Objects.requireNonNull(named.getEnumConstants()))
                            .map(name -> EventJson.mapper().convertValue(name, String.class))
                            .toList();
            line(depth, "enum: [" + String.join(", ", names) + "]");
        } else if (type instanceof Class<?> named && named.isRecord()) {
            line(depth, "allOf:");
            line(depth + 1, "- $ref: '#/components/schemas/%s'".formatted(named.getSimpleName()));
        } else {
            throw new IllegalStateException("no schema for " + type);
        }
    }

    private static List<Class<?>> recordsIn(Type type) {
        if (type instanceof ParameterizedType list) {
            return recordsIn(list.getActualTypeArguments()[0]);
        }
        return type instanceof Class<?> named && named.isRecord() ? List.of(named) : List.of();
    }

    private static List<RecordComponent> components(Class<?> type) {
        return List.of(Objects.requireNonNull(type.getRecordComponents()));
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAccessor().getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
    }

    private static List<EventType> typesOn(String topic) {
        String home = topic.equals(Topics.DATASETS_HISTORY) ? Topics.DATASETS : topic;
        return Arrays.stream(EventType.values()).filter(type -> type.topic().equals(home)).toList();
    }

    private static String simpleName(EventType type) {
        return type.eventClass().getSimpleName();
    }

    private static String channel(String topic) {
        return topic.substring("loramill.".length()).replace('.', '_');
    }

    private static String topicSentence(String topic) {
        String source = source("Topics");
        Matcher matcher =
                Pattern.compile(
                                "/\\*\\*((?:(?!/\\*\\*).)*?)\\*/\\s+public static final String \\w+ = \""
                                        + Pattern.quote(topic)
                                        + "\"",
                                Pattern.DOTALL)
                        .matcher(source);
        return matcher.find() ? plain(group(matcher, 1)) : topic;
    }

    private static String sentence(Class<?> type) {
        Matcher matcher =
                Pattern.compile("/\\*\\*(.*?)(?=@param|\\*/)", Pattern.DOTALL)
                        .matcher(source(type.getSimpleName()));
        return matcher.find() ? plain(group(matcher, 1)) : type.getSimpleName();
    }

    /** Sentences of a record's components, from its Javadoc. */
    private static TreeMap<String, String> parameters(Class<?> type) {
        TreeMap<String, String> parameters = new TreeMap<>();
        Class<?> outer = type.getDeclaringClass();
        String source = source((outer == null ? type : outer).getSimpleName());
        if (outer != null) {
            int declaration = source.indexOf("record " + type.getSimpleName() + "(");
            source = source.substring(source.lastIndexOf("/**", declaration), declaration);
        } else {
            source = source.substring(0, source.indexOf("*/") + 2);
        }
        Matcher matcher = PARAMETER.matcher(source);
        while (matcher.find()) {
            parameters.put(group(matcher, 1), plain(group(matcher, 2)));
        }
        return parameters;
    }

    private static String source(String name) {
        try {
            return Files.readString(SOURCES.resolve(name + ".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String group(Matcher matcher, int group) {
        return Objects.requireNonNull(matcher.group(group));
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\s*\\n\\s*\\*\\s?", " ")
                .replaceAll("\\{@\\w+\\s+(?:[\\w#()]+ )?([^}]*)}", "$1")
                .replace("<p>", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private void line(int depth, String text) {
        yaml.append("  ".repeat(depth)).append(text).append('\n');
    }
}
