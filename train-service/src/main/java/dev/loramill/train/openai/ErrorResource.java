package dev.loramill.train.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.Locale;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every fault with an error body and tells clients whether to try again. */
final class ErrorResource {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorResource.class);

    @ServerExceptionMapper
    RestResponse<ErrorBody> refused(RefusedException refused) {
        return answer(refused.category().status(), refused.body(), refused.retryAfterSeconds());
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> database(SQLException fault) {
        LOG.atWarn().setCause(fault).log("A request failed at the database");
        return isAway(fault)
                ? refused(
                        RefusedException.unavailable(
                                "the database is away; try again later, and look first whether a"
                                        + " change was made"))
                : internal();
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> json(JsonProcessingException fault) {
        return refused(
                RefusedException.invalid(
                        "invalid_json",
                        null,
                        "the body is not the JSON that is expected here: "
                                + fault.getOriginalMessage()));
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> web(WebApplicationException fault) {
        if (fault.getCause() instanceof JsonProcessingException json) {
            return json(json);
        }
        Response response = fault.getResponse();
        int status = response.getStatus();
        String message =
                switch (status) {
                    case 404 -> "there is nothing at this address";
                    case 405 -> "this method is not allowed here";
                    case 413 -> "the body has more bytes than are allowed";
                    case 415 -> "this content type is not understood here, send application/json";
                    default -> String.valueOf(fault.getMessage());
                };
        String code =
                response.getStatusInfo()
                        .getReasonPhrase()
                        .toLowerCase(Locale.ROOT)
                        .replace(' ', '_');
        String type = status < 500 ? "invalid_request_error" : "server_error";
        return answer(status, ErrorBody.of(message, type, null, code), 0);
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> unforeseen(Exception fault) {
        LOG.atError().setCause(fault).log("A request failed");
        return internal();
    }

    private static RestResponse<ErrorBody> internal() {
        return answer(
                500,
                ErrorBody.of(
                        "the service failed; its log says why", "server_error", null, "internal"),
                0);
    }

    private static RestResponse<ErrorBody> answer(int status, ErrorBody body, int retryAfter) {
        RestResponse.ResponseBuilder<ErrorBody> answer =
                RestResponse.ResponseBuilder.<ErrorBody>create(status)
                        .entity(body)
                        .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON);
        if (retryAfter > 0) {
            answer.header(HttpHeaders.RETRY_AFTER, retryAfter);
        }
        return answer.build();
    }

    private static boolean isAway(SQLException fault) {
        String state = fault.getSQLState();
        // Without a state it is the pool that found no connection in time.
        return state == null
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.startsWith("53");
    }
}
