package dev.loramill.trainer.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges the fields of a job: one that is left out gets its default, a wrong one is noted with what
 * is allowed and read as its default.
 */
final class JobFields {
    private final Map<String, JsonNode> wrong;
    private final List<String> faults;

    /**
     * Judges one job.
     *
     * @param wrong members of another kind, by their dotted names
     * @param faults takes what is wrong
     */
    JobFields(Map<String, JsonNode> wrong, List<String> faults) {
        this.wrong = wrong;
        this.faults = faults;
    }

    /** Notes it if a field that should be an object is none. */
    void object(String name) {
        isWrong(name, "a JSON object");
    }

    @Nullable String text(String name, @Nullable String value) {
        return isWrong(name, "a text") ? null : value;
    }

    List<String> texts(String name, @Nullable List<String> value, List<String> otherwise) {
        return isWrong(name, "a list of texts") || value == null ? otherwise : value;
    }

    boolean flag(String name, @Nullable Boolean value, boolean otherwise) {
        return isWrong(name, "true or false") || value == null ? otherwise : value;
    }

    int integer(String name, @Nullable Integer value, int otherwise, int lowest, int highest) {
        String allowed = "a whole number in [" + lowest + ", " + highest + "]";
        if (isWrong(name, allowed) || value == null) {
            return otherwise;
        }
        if (value < lowest || value > highest) {
            fault(name, allowed, value);
            return otherwise;
        }
        return value;
    }

    OptionalInt optionalInteger(String name, @Nullable Integer value, int lowest) {
        int judged = integer(name, value, lowest, lowest, Integer.MAX_VALUE);
        return value == null ? OptionalInt.empty() : OptionalInt.of(judged);
    }

    OptionalLong optionalLong(String name, @Nullable Long value, long lowest) {
        String allowed = "a whole number of at least " + lowest;
        if (isWrong(name, allowed) || value == null) {
            return OptionalLong.empty();
        }
        if (value < lowest) {
            fault(name, allowed, value);
            return OptionalLong.empty();
        }
        return OptionalLong.of(value);
    }

    double number(
            String name, @Nullable Double value, double otherwise, double lowest, double highest) {
        String allowed = "a number in [" + lowest + ", " + highest + "]";
        if (isWrong(name, allowed) || value == null) {
            return otherwise;
        }
        if (!(value >= lowest && value <= highest)) {
            fault(name, allowed, value);
            return otherwise;
        }
        return value;
    }

    OptionalDouble optionalNumber(
            String name, @Nullable Double value, double lowest, double highest) {
        double judged = number(name, value, lowest, lowest, highest);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(judged);
    }

    <E extends Enum<E>> E choice(String name, @Nullable String value, E otherwise) {
        EnumSet<E> all = EnumSet.allOf(otherwise.getDeclaringClass());
        String allowed =
                "one of " + all.stream().map(JobFields::label).collect(Collectors.joining(", "));
        if (isWrong(name, allowed) || value == null) {
            return otherwise;
        }
        for (E constant : all) {
            if (label(constant).equals(value)) {
                return constant;
            }
        }
        fault(name, allowed, '"' + value + '"');
        return otherwise;
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private boolean isWrong(String name, String allowed) {
        JsonNode value = wrong.get(name);
        if (value == null) {
            return false;
        }
        fault(name, allowed, value);
        return true;
    }

    private void fault(String name, String allowed, Object value) {
        faults.add(name + " must be " + allowed + ", got " + value);
    }
}
