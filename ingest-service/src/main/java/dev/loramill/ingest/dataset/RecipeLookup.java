package dev.loramill.ingest.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks clean-service for recipes by name. */
@ApplicationScoped
class RecipeLookup {
    private static final Logger LOG = LoggerFactory.getLogger(RecipeLookup.class);

    private final CleanConfig config;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http;

    RecipeLookup(CleanConfig config) {
        this.config = config;
        this.http = HttpClient.newBuilder().connectTimeout(config.timeout()).build();
    }

    /**
     * The recipe that has a name now.
     *
     * @throws RefusedException when there is none, or clean-service does not answer
     */
    RecipeReference require(String name) {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        HttpResponse<byte[]> response = get("/v1/recipes/" + encoded);
        if (response.statusCode() == 404) {
            throw RefusedException.invalid(
                    "recipe_not_found",
                    "recipe",
                    "there is no recipe \"%s\"; known are %s".formatted(name, knownNames()));
        }
        JsonNode recipe = body(response);
        try {
            return new RecipeReference(
                    recipe.path("name").asText(), recipe.path("digest").asText());
        } catch (IllegalArgumentException e) {
            throw away("its answer for recipe \"%s\" is not a recipe".formatted(name), e);
        }
    }

    private List<String> knownNames() {
        JsonNode list = body(get("/v1/recipes"));
        List<String> names = new ArrayList<>();
        for (JsonNode recipe : list.isArray() ? list : list.path("data")) {
            names.add(recipe.path("name").asText());
        }
        return names;
    }

    private HttpResponse<byte[]> get(String path) {
        URI address = URI.create(config.url().toString().replaceAll("/+$", "") + path);
        try {
            return http.send(
                    HttpRequest.newBuilder(address).timeout(config.timeout()).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw away("it does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away("asking it was interrupted", e);
        }
    }

    private JsonNode body(HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw away("it answered with status " + response.statusCode(), null);
        }
        try {
            return json.readTree(response.body());
        } catch (IOException e) {
            throw away("its answer is not JSON", e);
        }
    }

    private RefusedException away(String what, @Nullable Exception cause) {
        LOG.atWarn()
                .addKeyValue("url", config.url())
                .setCause(cause)
                .log("No recipe was found out");
        return RefusedException.unavailable(
                "clean-service at %s cannot be asked for the recipe: %s; nothing was changed, try again"
                                .formatted(config.url(), what)
                        + " later");
    }
}
