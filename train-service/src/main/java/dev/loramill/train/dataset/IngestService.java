package dev.loramill.train.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this service asks of ingest-service. */
@ApplicationScoped
public class IngestService {
    private final JsonService service;

    IngestService(IngestConfig config) {
        this.service = new JsonService("ingest", config.url(), config.timeout());
    }

    /** What ingest-service said when it was asked to open a dataset. */
    sealed interface Opening {
        /**
         * The dataset is there.
         *
         * @param fault why its rows cannot be read; null while they can
         */
        record Opened(@Nullable String fault) implements Opening {}

        /** The dataset cannot be opened. */
        record Refused(String message) implements Opening {}
    }

    /**
     * The file with an id; empty when there is none.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public Optional<UploadedFile> file(String id) throws ServiceAwayException {
        String path = "/v1/files/" + JsonService.segment(id);
        JsonService.Answer answer = service.get(path);
        if (answer.isMissing()) {
            return Optional.empty();
        }
        String sha256 = answer.body().path("sha256").asText();
        if (!answer.isSuccess() || sha256.isEmpty()) {
            throw service.unexpected(path, answer);
        }
        return Optional.of(
                new UploadedFile(id, sha256, answer.body().path("purpose").asText("unknown")));
    }

    /** Opens a dataset on a file, or finds the one that was opened so before. */
    Opening open(String datasetId, String fileId, String recipe) throws ServiceAwayException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("id", datasetId).put("file", fileId).put("recipe", recipe);
        JsonService.Answer answer = service.post("/v1/datasets", body);
        if (answer.isSuccess()) {
            JsonNode error = answer.body().path("error");
            return new Opening.Opened(error.path("message").asText(null));
        }
        if (answer.isRetryable()) {
            throw service.unexpected("/v1/datasets", answer);
        }
        return new Opening.Refused(answer.errorMessage());
    }
}
