package dev.loramill.train.stack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Answers for ingest-service: it knows the files it is told of, and opens datasets on them. */
public final class IngestPeer extends JsonPeer {
    private final Map<String, String> files = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> datasets = new ConcurrentHashMap<>();
    private final Map<String, String> faults = new ConcurrentHashMap<>();

    IngestPeer() throws IOException {}

    /** Holds a file. */
    public void hold(String id, String sha256, String purpose) {
        files.put(
                id,
                "{\"id\":\"%s\",\"object\":\"file\",\"sha256\":\"%s\",\"purpose\":\"%s\"}"
                        .formatted(id, sha256, purpose));
    }

    /** Cannot read the rows of a file. */
    public void breakFile(String id, String fault) {
        faults.put(id, fault);
    }

    /** Id of the dataset that was opened on a file; null when none was. */
    public @Nullable String openedOn(String file) {
        for (JsonNode dataset : datasets.values()) {
            if (dataset.path("file").asText().equals(file)) {
                return dataset.path("id").asText();
            }
        }
        return null;
    }

    /** Recipe that a dataset was opened with. */
    public String recipeOf(String dataset) {
        return Objects.requireNonNull(datasets.get(dataset)).path("recipe").asText();
    }

    @Override
    Reply answer(String method, String path, JsonNode body) {
        if (path.startsWith("/v1/files/")) {
            String file = files.get(path.substring("/v1/files/".length()));
            return file == null ? Reply.error(404, "no such file") : Reply.of(200, file);
        }
        if (method.equals("POST") && path.equals("/v1/datasets")) {
            String id = body.path("id").asText();
            JsonNode before = datasets.putIfAbsent(id, body);
            if (before != null && !before.equals(body)) {
                return Reply.error(409, "the dataset is there with other content");
            }
            String fault = faults.get(body.path("file").asText());
            return Reply.of(
                    200,
                    "{\"id\":\"%s\",\"object\":\"dataset\",\"state\":\"open\",\"error\":%s}"
                            .formatted(
                                    id,
                                    fault == null
                                            ? "null"
                                            : "{\"code\":\"source_lost\",\"message\":\"%s\"}"
                                                    .formatted(fault)));
        }
        return Reply.error(404, "nothing here");
    }
}
