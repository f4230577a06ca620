package dev.loramill.trainer.job;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.EventJson;
import dev.loramill.events.trainer.TrainerJob;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A job file as the record that it should be. Members of another kind are left out of the record
 * and kept beside it, so that all faults of a job can be named at once, with what would be allowed.
 *
 * @param job what fits the record
 * @param wrong members of another kind, by their dotted names
 */
record JobShape(TrainerJob job, Map<String, JsonNode> wrong) {
    /**
     * Reads a tree, which is changed.
     *
     * @param faults takes the members that a job has not
     */
    static JobShape of(ObjectNode tree, List<String> faults) {
        Map<String, JsonNode> wrong = new HashMap<>();
        keepFitting("", tree, TrainerJob.class, wrong, faults);
        try {
            return new JobShape(EventJson.mapper().treeToValue(tree, TrainerJob.class), wrong);
        } catch (JacksonException e) {
            throw new IllegalStateException("a job of the right shape cannot be read", e);
        }
    }

    private static void keepFitting(
            String prefix,
            ObjectNode object,
            Class<?> type,
            Map<String, JsonNode> wrong,
            List<String> faults) {
        Map<String, RecordComponent> known =
                Arrays.stream(Objects.requireNonNull(type.getRecordComponents()))
                        .collect(
                                Collectors.toMap(
                                        RecordComponent::getName,
                                        component -> component,
                                        (one, _) -> one,
                                        TreeMap::new));
        for (String name : object.properties().stream().map(Map.Entry::getKey).toList()) {
            JsonNode value = Objects.requireNonNull(object.get(name));
            RecordComponent component = known.get(name);
            if (component == null) {
                faults.add(
                        prefix
                                + name
                                + " is not a field of a job; allowed here: "
                                + String.join(", ", known.keySet()));
                object.remove(name);
            } else if (component.getType().isRecord() && value instanceof ObjectNode inner) {
                keepFitting(prefix + name + ".", inner, component.getType(), wrong, faults);
            } else {
                JsonNode misfit = value.isNull() ? null : misfit(component.getType(), value);
                if (misfit != null) {
                    wrong.put(prefix + name, misfit);
                    object.remove(name);
                }
            }
        }
    }

    /** The part of a value that is of another kind than the component; null where all fits. */
    private static @Nullable JsonNode misfit(Class<?> type, JsonNode value) {
        if (type == List.class) {
            for (JsonNode element : value) {
                if (!element.isTextual()) {
                    return element;
                }
            }
            return value.isTextual() || value.isArray() ? null : value;
        }
        boolean fits =
                switch (type.getSimpleName()) {
                    case "Integer" -> value.canConvertToExactIntegral() && value.canConvertToInt();
                    case "Long" -> value.canConvertToExactIntegral() && value.canConvertToLong();
                    case "Double" -> value.isNumber();
                    case "Boolean" -> value.isBoolean();
                    case "String" -> value.isTextual();
                    case "JsonNode" -> true;
                    default -> false;
                };
        return fits ? null : value;
    }
}
