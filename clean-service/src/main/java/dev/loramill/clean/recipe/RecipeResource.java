package dev.loramill.clean.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jspecify.annotations.Nullable;

/** Recipes over HTTP. */
@Path("/v1/recipes")
@Blocking
class RecipeResource {
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final RecipeStore store;

    RecipeResource(RecipeStore store) {
        this.store = store;
    }

    @GET
    public Page<RecipeSummary> list(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        return store.page(PageRequest.newestFirst(limit, after, USUAL_LIMIT, MAX_LIMIT))
                .map(recipe -> new RecipeSummary("recipe", recipe.name(), recipe.digest()));
    }

    @GET
    @Path("{name}")
    public RecipeView get(@PathParam("name") String name) {
        return RecipeView.of(store.named(name).orElseThrow(() -> unknown(name)));
    }

    @POST
    @RequestBody(
            description = "A recipe, as the README of clean-service describes it",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema =
                                    @Schema(
                                            implementation = Object.class,
                                            type = SchemaType.OBJECT)))
    public RecipeView store(JsonNode document) {
        try {
            Recipe recipe = RecipeReader.read(document);
            store.store(recipe);
            return RecipeView.of(recipe);
        } catch (InvalidRecipeException e) {
            throw RefusedException.invalid(
                    "invalid_recipe",
                    null,
                    e.faults().stream()
                            .collect(Collectors.joining("\n", "the recipe is not stored:\n", "")));
        }
    }

    private RefusedException unknown(String name) {
        return RefusedException.missing(
                "recipe_not_found",
                "name",
                "there is no recipe \"%s\"; there are %s".formatted(name, store.allNames()));
    }

    record RecipeSummary(String object, String name, String digest) {}

    record RecipeView(
            String object,
            String name,
            String digest,
            @Schema(description = "The recipe as it was stored") Object document) {
        static RecipeView of(Recipe recipe) {
            return new RecipeView(
                    "recipe",
                    recipe.reference().name(),
                    recipe.reference().digest(),
                    recipe.document());
        }
    }
}
