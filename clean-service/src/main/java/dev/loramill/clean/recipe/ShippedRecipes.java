package dev.loramill.clean.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The recipes that come with the service. */
public final class ShippedRecipes {
    private static final List<String> NAMES = List.of("none", "medical-forum");

    private ShippedRecipes() {}

    /**
     * All shipped recipes, their examples run.
     *
     * @throws IllegalStateException when one of them is broken, which a test rules out
     */
    public static List<Recipe> all() {
        return NAMES.stream().map(ShippedRecipes::named).toList();
    }

    /** The shipped recipe of a name. */
    public static Recipe named(String name) {
        String resource = "/recipes/" + name + ".json";
        try (InputStream in = ShippedRecipes.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the class path has no " + resource);
            }
            return RecipeReader.read(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + resource, e);
        } catch (InvalidRecipeException e) {
            throw new IllegalStateException(
                    "the shipped recipe \"%s\" is broken: %s".formatted(name, e.getMessage()), e);
        }
    }
}
