package dev.loramill.train.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.EventJson;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** What an answer means that is no success. */
final class FaultClient {
    private FaultClient() {}

    static RuntimeException read(Response response) {
        int status = response.getStatus();
        String message = message(response);
        boolean mayPass =
                status >= 500
                        || status == 429
                        || status == 408
                        || response.getHeaderString(HttpHeaders.RETRY_AFTER) != null;
        return mayPass
                ? new PassingFaultException("it answered %d: %s".formatted(status, message))
                : new ServiceAnswerException(status, message);
    }

    private static String message(Response response) {
        String status = "status " + response.getStatus();
        if (!response.hasEntity()) {
            return status;
        }
        try {
            JsonNode body = EventJson.mapper().readTree(response.readEntity(String.class));
            return body.at("/error/message").asText(status);
        } catch (JsonProcessingException e) {
            return status;
        }
    }
}
