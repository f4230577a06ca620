package dev.loramill.clean.recipe;

import java.util.Optional;

/** Where the topology finds the recipe that a row names. */
@FunctionalInterface
public interface RecipeLookup {
    /**
     * The recipe of a digest; empty when no such recipe was ever stored.
     *
     * @throws RecipesAwayException when it cannot be told now; the row is then taken again
     * @throws UnusableRecipeException when a recipe was stored that this version cannot run
     */
    Optional<CompiledRecipe> find(String digest);
}
