package dev.loramill.clean.recipe;

import java.util.Optional;

/** Where the topology finds the recipe that a row names. */
@FunctionalInterface
public interface RecipeLookup {
    /**
     * The recipe of a digest; empty when no such recipe was ever stored.
     *
     * @throws RuntimeException when it cannot be told now; the row is then tried again
     */
    Optional<CompiledRecipe> find(String digest);
}
