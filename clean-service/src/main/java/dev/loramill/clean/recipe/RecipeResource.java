package dev.loramill.clean.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Recipes over HTTP. */
@Path("/v1/recipes")
@Blocking
class RecipeResource {
    private final RecipeStore store;

    RecipeResource(RecipeStore store) {
        this.store = store;
    }

    @GET
    public Listing list() throws SQLException {
        return new Listing(
                "list",
                store.all().stream()
                        .map(recipe -> new Entry("recipe", recipe.name(), recipe.digest()))
                        .toList());
    }

    @GET
    @Path("{name}")
    public View get(@PathParam("name") String name) throws SQLException {
        return View.of(store.named(name).orElseThrow(() -> unknown(name)));
    }

    @POST
    public View store(JsonNode document) throws SQLException {
        try {
            Recipe recipe = RecipeReader.read(document);
            store.store(recipe);
            return View.of(recipe);
        } catch (InvalidRecipeException e) {
            throw RefusedException.invalid(
                    "invalid_recipe",
                    null,
                    e.faults().stream()
                            .collect(Collectors.joining("\n", "the recipe is not stored:\n", "")));
        }
    }

    private RefusedException unknown(String name) {
        try {
            return RefusedException.missing(
                    "recipe_not_found",
                    "name",
                    "there is no recipe \"%s\"; there are %s"
                            .formatted(
                                    name,
                                    store.all().stream().map(RecipeReference::name).toList()));
        } catch (SQLException e) {
            return RefusedException.unavailable("the database is away; try again later");
        }
    }

    record Listing(String object, List<Entry> data) {}

    record Entry(String object, String name, String digest) {}

    record View(String object, String name, String digest, JsonNode document) {
        static View of(Recipe recipe) {
            return new View(
                    "recipe",
                    recipe.reference().name(),
                    recipe.reference().digest(),
                    recipe.document());
        }
    }
}
