package dev.loramill.train.client;

import dev.loramill.events.RecipeReference;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/** What this service asks of clean-service. */
@ApplicationScoped
public class CleanService {
    private final CleanClient client;
    private final CleanConfig config;

    CleanService(@RestClient CleanClient client, CleanConfig config) {
        this.client = client;
        this.config = config;
    }

    /**
     * The recipe with a name; empty when there is none.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public Optional<RecipeReference> recipe(String name) throws ServiceAwayException {
        try {
            CleanClient.RecipeBody recipe = client.recipe(name);
            if (recipe.name() == null || recipe.digest() == null) {
                throw new PassingFaultException("it tells no digest");
            }
            return Optional.of(new RecipeReference(recipe.name(), recipe.digest()));
        } catch (ServiceAnswerException e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw away("recipe \"%s\"".formatted(name), e);
        } catch (RuntimeException e) {
            throw away("recipe \"%s\"".formatted(name), e);
        }
    }

    /**
     * Names of the recipes that are there.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public List<String> recipeNames() throws ServiceAwayException {
        try {
            List<CleanClient.RecipeBody> recipes = client.recipes().data();
            if (recipes == null) {
                throw new PassingFaultException("it tells no list");
            }
            return recipes.stream()
                    .map(CleanClient.RecipeBody::name)
                    .filter(Objects::nonNull)
                    .map(String::valueOf)
                    .toList();
        } catch (RuntimeException e) {
            throw away("its recipes", e);
        }
    }

    private ServiceAwayException away(String what, RuntimeException cause) {
        return new ServiceAwayException(
                "clean-service at %s cannot be asked for %s: %s"
                        .formatted(config.url(), what, cause.getMessage()),
                cause);
    }
}
