package dev.loramill.train.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.EventJson;
import dev.loramill.events.TrainServeContract;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers for clean-service: it knows two recipes, datasets are cleaned when a test says so, and
 * freezing gives manifests in the real service's shape.
 */
public final class CleanPeer extends JsonPeer {
    private final TrainServeContract contract;
    private final Set<String> cleaned = ConcurrentHashMap.newKeySet();
    private final Map<String, JsonNode> versions = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> freezes = new ConcurrentHashMap<>();
    private volatile int trainRows = 90;

    CleanPeer(TrainServeContract contract) throws IOException {
        this.contract = contract;
    }

    /** Has an outcome for every row of a dataset. */
    public void clean(String dataset) {
        cleaned.add(dataset);
    }

    /** Keeps so many rows of what is frozen next. */
    public void keep(int rows) {
        trainRows = rows;
    }

    /** Freezes a version; returns its digest. */
    public String freeze(String dataset, int maxTokens) {
        ObjectNode body = JSON.createObjectNode();
        body.put("base", TrainStack.BASE).put("seed", 42).put("max_tokens", maxTokens);
        return freeze(dataset, body, contract);
    }

    /** Freezes a version for another base; returns its digest. */
    public String freezeForAnotherBase(String dataset) {
        TrainServeContract other =
                new TrainServeContract(
                        "e".repeat(64),
                        contract.baseQuantization(),
                        contract.architecture(),
                        contract.vocabularySize(),
                        contract.tokenizerDigest(),
                        contract.chatTemplateDigest(),
                        contract.templateDate(),
                        contract.bosCount(),
                        contract.endOfTurnToken());
        ObjectNode body = JSON.createObjectNode();
        body.put("base", "another").put("seed", 1).put("max_tokens", 512);
        return freeze(dataset, body, other);
    }

    /** Request that froze a dataset last; null when none did. */
    public @Nullable JsonNode frozen(String dataset) {
        return freezes.get(dataset);
    }

    @Override
    Reply answer(String method, String path, JsonNode body) {
        String[] parts = path.split("/");
        return switch (parts.length > 2 ? parts[2] : "") {
            case "recipes" -> recipe(parts);
            case "datasets" -> dataset(method, parts[3], body);
            case "dataset-versions" -> {
                JsonNode manifest = versions.get(parts[3]);
                yield manifest == null
                        ? Reply.error(404, "no such version")
                        : Reply.of(200, manifest.toString());
            }
            default -> Reply.error(404, "nothing here");
        };
    }

    private static Reply recipe(String[] parts) {
        String none = "{\"name\":\"none\",\"digest\":\"%s\"}".formatted("0".repeat(64));
        String forum = "{\"name\":\"medical-forum\",\"digest\":\"%s\"}".formatted("f".repeat(64));
        if (parts.length == 3) {
            return Reply.of(200, "{\"object\":\"list\",\"data\":[%s,%s]}".formatted(none, forum));
        }
        return switch (parts[3]) {
            case "none" -> Reply.of(200, none);
            case "medical-forum" -> Reply.of(200, forum);
            default -> Reply.error(404, "no such recipe");
        };
    }

    private Reply dataset(String method, String id, JsonNode body) {
        if (method.equals("GET")) {
            return cleaned.contains(id)
                    ? Reply.of(200, "{\"dataset\":\"%s\",\"state\":\"cleaned\"}".formatted(id))
                    : Reply.error(404, "no such dataset");
        }
        if (!cleaned.contains(id)) {
            return Reply.notYet("the dataset is open");
        }
        if (trainRows == 0) {
            return Reply.error(400, "no row of the dataset is left");
        }
        String digest = freeze(id, body, contract);
        ObjectNode view = JSON.createObjectNode();
        view.put("id", digest).put("version", digest).put("object", "dataset.version");
        view.set("manifest", versions.get(digest));
        return Reply.of(200, view.toString());
    }

    private String freeze(String dataset, JsonNode body, TrainServeContract forContract) {
        freezes.put(dataset, body);
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("format", 1);
        manifest.putObject("dataset").put("id", dataset).put("name", dataset);
        manifest.putObject("recipe").put("name", "none").put("digest", "0".repeat(64));
        manifest.set("sample", body.path("sample").isInt() ? body.path("sample") : JSON.nullNode());
        manifest.put("evalFraction", body.path("eval_fraction").asDouble(0.1));
        manifest.put("seed", body.path("seed").asInt())
                .put("maxTokens", body.path("max_tokens").asInt());
        manifest.set(
                "systemPrompt",
                body.path("system_prompt").isTextual()
                        ? body.path("system_prompt")
                        : JSON.nullNode());
        manifest.putObject("base")
                .put("id", body.path("base").asText())
                .put("sha256", forContract.baseDigest());
        manifest.set("contract", EventJson.mapper().valueToTree(forContract));
        manifest.set("train", rows(TrainStack.digest("train" + dataset), trainRows));
        manifest.set("eval", rows(TrainStack.digest("eval" + dataset), 10));
        String digest = TrainStack.digest(manifest.toString());
        versions.put(digest, manifest);
        return digest;
    }

    private static ObjectNode rows(String sha256, int count) {
        ObjectNode rows = JSON.createObjectNode();
        rows.set("artifact", EventJson.mapper().valueToTree(new ArtifactReference(sha256, 1_000)));
        return rows.put("rows", count).put("tokens", 100 * count);
    }
}
