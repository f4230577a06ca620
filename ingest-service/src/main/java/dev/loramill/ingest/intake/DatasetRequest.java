package dev.loramill.ingest.intake;

import dev.loramill.events.EventLimits;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.dataset.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * What a person asks for who opens a dataset.
 *
 * @param id own id, or null for a new one
 * @param name name for people, or null for the file's name or the id
 * @param recipe name of the recipe, or null for {@code none}
 * @param file id of the uploaded file that all rows come from, or null to send batches
 */
public record DatasetRequest(
        @Nullable String id,
        @Nullable String name,
        @Nullable String recipe,
        @Nullable String file) {
    private static final int MAX_NAME_LENGTH = 200;

    /**
     * Checks what can be checked without looking anything up.
     *
     * @throws RefusedException when a value is not allowed
     */
    void requireValid() {
        if (id != null && !Dataset.isId(id)) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "id",
                    ("id must be 1 to 64 of a-z, 0-9 and \"-\", not beginning with \"-\", got"
                                    + " \"%s\"")
                            .formatted(id));
        }
        if (name != null
                && (name.isBlank()
                        || name.length() > MAX_NAME_LENGTH
                        || !EventLimits.isStorable(name))) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "name",
                    "name must have 1 to %d characters, no U+0000 or half of a surrogate pair, and not be blank, got %d"
                            .formatted(MAX_NAME_LENGTH, name.length()));
        }
        if (recipe != null && recipe.isBlank()) {
            throw RefusedException.invalid(
                    "invalid_value", "recipe", "recipe must not be blank; leave it out for none");
        }
        requireName("recipe", recipe);
        requireName("file", file);
    }

    private static void requireName(String param, @Nullable String value) {
        if (value != null && (value.length() > EventLimits.ID || !EventLimits.isStorable(value))) {
            throw RefusedException.invalid(
                    "invalid_value",
                    param,
                    "%s must have at most %d characters and no U+0000 or half of a surrogate pair, got %d"
                            .formatted(param, EventLimits.ID, value.length()));
        }
    }

    String recipeName() {
        return recipe == null ? "none" : recipe;
    }
}
