package dev.loramill.ingest.recipe;

import dev.loramill.events.RecipeReference;
import dev.loramill.http.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks clean-service for recipes by name. */
@ApplicationScoped
public class RecipeResolver {
    private static final Logger LOG = LoggerFactory.getLogger(RecipeResolver.class);

    private final CleanClient clean;
    private final URI address;

    RecipeResolver(
            @RestClient CleanClient clean,
            @ConfigProperty(name = "quarkus.rest-client.clean.url") URI address) {
        this.clean = clean;
        this.address = address;
    }

    /**
     * The recipe that has a name now.
     *
     * @throws RefusedException when there is none, or clean-service does not answer
     */
    public RecipeReference require(String name) {
        return ask(() -> {
            try {
                CleanClient.RecipeBody recipe = clean.recipe(name);
                return new RecipeReference(recipe.name(), recipe.digest());
            } catch (UnknownRecipeException e) {
                throw RefusedException.invalid(
                        "recipe_not_found",
                        "recipe",
                        "there is no recipe \"%s\"; known are %s".formatted(name, knownNames()));
            }
        });
    }

    private List<String> knownNames() {
        return clean.recipes().data().stream().map(CleanClient.RecipeBody::name).toList();
    }

    private <T> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (RefusedException e) {
            throw e;
        } catch (RecipeFaultException e) {
            LOG.atError().addKeyValue("url", address).setCause(e).log("No recipe was found out");
            throw RefusedException.failedBehind(
                    "clean-service at %s failed when it was asked for the recipe: %s, its log says why; nothing was changed"
                            .formatted(address, e.getMessage()));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("url", address).setCause(e).log("No recipe was found out");
            throw RefusedException.unavailable(
                    "clean-service at %s cannot be asked for the recipe: %s; nothing was changed, try again later"
                            .formatted(address, e.getMessage()));
        }
    }
}
