package dev.loramill.clean.rule;

import java.util.regex.Pattern;

/** Names of rules. */
final class RuleIds {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    private RuleIds() {}

    static void check(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "id must be 1 to 64 lower-case letters, digits and hyphens, got \"%s\""
                            .formatted(id));
        }
    }
}
