package dev.loramill.clean.rule;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What every rule has. */
final class RuleIds {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    private RuleIds() {}

    /** What JSON says is null is null, whatever the component says. */
    static void check(@Nullable String id, @Nullable Field field, @Nullable Object examples) {
        if (id == null || field == null || examples == null) {
            throw new IllegalArgumentException(
                    (id == null ? "id" : field == null ? "field" : "examples")
                            + " must be given, got null");
        }
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "id must be 1 to 64 lower-case letters, digits and hyphens, got \"%s\""
                            .formatted(id));
        }
    }
}
