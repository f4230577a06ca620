package dev.loramill.train.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.RecipeReference;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this service asks of clean-service. */
@ApplicationScoped
public class CleanService {
    private final JsonService service;

    CleanService(CleanConfig config) {
        this.service = new JsonService("clean", config.url(), config.timeout());
    }

    /** How far the cleaning of a dataset has come. */
    enum Ledger {
        /** Not heard of. */
        UNKNOWN,
        /** Rows are still to come, or on their way. */
        UNFINISHED,
        /** Every row has its outcome. */
        CLEANED
    }

    /**
     * The recipe with a name; empty when there is none.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public Optional<RecipeReference> recipe(String name) throws ServiceAwayException {
        String path = "/v1/recipes/" + JsonService.segment(name);
        JsonService.Answer answer = service.get(path);
        if (answer.isMissing()) {
            return Optional.empty();
        }
        if (!answer.isSuccess()) {
            throw service.unexpected(path, answer);
        }
        try {
            return Optional.of(
                    new RecipeReference(
                            answer.body().path("name").asText(),
                            answer.body().path("digest").asText()));
        } catch (IllegalArgumentException e) {
            throw service.unexpected(path, answer);
        }
    }

    /**
     * Names of the recipes that are there.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public List<String> recipeNames() throws ServiceAwayException {
        JsonService.Answer answer = service.get("/v1/recipes");
        if (!answer.isSuccess()) {
            throw service.unexpected("/v1/recipes", answer);
        }
        JsonNode list = answer.body();
        List<String> names = new ArrayList<>();
        for (JsonNode recipe : list.isArray() ? list : list.path("data")) {
            names.add(recipe.path("name").asText());
        }
        return List.copyOf(names);
    }

    /**
     * The frozen version with a digest; empty when there is none.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public Optional<FrozenVersion> version(String digest) throws ServiceAwayException {
        String path = "/v1/dataset-versions/" + JsonService.segment(digest);
        JsonService.Answer answer = service.get(path);
        if (answer.isMissing()) {
            return Optional.empty();
        }
        if (!answer.isSuccess()) {
            throw service.unexpected(path, answer);
        }
        return Optional.of(version(path, digest, answer.body(), answer));
    }

    Ledger ledger(String datasetId) throws ServiceAwayException {
        String path = "/v1/datasets/%s/ledger".formatted(JsonService.segment(datasetId));
        JsonService.Answer answer = service.get(path);
        if (answer.isMissing()) {
            return Ledger.UNKNOWN;
        }
        if (!answer.isSuccess()) {
            throw service.unexpected(path, answer);
        }
        return answer.body().path("state").asText().equals("cleaned")
                ? Ledger.CLEANED
                : Ledger.UNFINISHED;
    }

    FreezingOutcome freeze(FreezingRequest request) throws ServiceAwayException {
        String path = "/v1/datasets/%s/freeze".formatted(JsonService.segment(request.datasetId()));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("base", request.baseId())
                .put("sample", request.sample())
                .put("seed", request.seed())
                .put("eval_fraction", request.evalFraction())
                .put("max_tokens", request.maxTokens())
                .put("over_length", "drop");
        if (request.systemPrompt() != null) {
            body.put("system_prompt", request.systemPrompt());
        }
        JsonService.Answer answer = service.post(path, body);
        if (answer.isSuccess()) {
            String digest = answer.body().path("version").asText(answer.body().path("id").asText());
            return new FreezingOutcome.Frozen(
                    version(path, digest, answer.body().path("manifest"), answer));
        }
        if (answer.isRetryable()) {
            return new FreezingOutcome.Waiting();
        }
        return new FreezingOutcome.Refused(answer.errorMessage());
    }

    private FrozenVersion version(
            String path, String digest, JsonNode manifest, JsonService.Answer answer)
            throws ServiceAwayException {
        try {
            return FrozenVersion.read(digest, manifest);
        } catch (IllegalArgumentException e) {
            ServiceAwayException unexpected = service.unexpected(path, answer);
            unexpected.addSuppressed(e);
            throw unexpected;
        }
    }
}
