package dev.loramill.events;

/**
 * A cleaning recipe by its name and the digest of its document.
 *
 * @param name name under which the recipe was stored, such as {@code medical-forum}
 * @param digest SHA-256 of the recipe's canonical JSON
 */
public record RecipeReference(String name, String digest) {
    public RecipeReference {
        Check.id("recipe.name", name);
        Check.sha256("recipe.digest", digest);
    }
}
