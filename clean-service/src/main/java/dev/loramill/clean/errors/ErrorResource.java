package dev.loramill.clean.errors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
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
        return answer(
                refused.status(),
                ErrorBody.of(
                        refused.status(),
                        String.valueOf(refused.getMessage()),
                        refused.param(),
                        refused.code()),
                refused.retryAfterSeconds());
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> database(SQLException fault) {
        LOG.atWarn().setCause(fault).log("A request failed at the database");
        return isAway(fault)
                ? refused(
                        RefusedException.away(
                                "the database is away; nothing was changed, try again later"))
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

    /** Takes the place of the framework's own mapper, which answers without a body. */
    @ServerExceptionMapper
    RestResponse<ErrorBody> mismatch(MismatchedInputException fault) {
        return json(fault);
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> web(WebApplicationException fault) {
        if (fault.getCause() instanceof JsonProcessingException json) {
            return json(json);
        }
        int status = fault.getResponse().getStatus();
        String message =
                switch (status) {
                    case 404 -> "there is nothing at this address";
                    case 405 -> "this method is not allowed here";
                    case 413 -> "the body has more bytes than are allowed";
                    case 415 -> "this content type is not understood here";
                    default -> String.valueOf(fault.getMessage());
                };
        String code =
                fault.getResponse()
                        .getStatusInfo()
                        .getReasonPhrase()
                        .toLowerCase(Locale.ROOT)
                        .replace(' ', '_');
        return answer(status, ErrorBody.of(status, message, null, code), 0);
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> unforeseen(Exception fault) {
        LOG.atError().setCause(fault).log("A request failed");
        return internal();
    }

    private static RestResponse<ErrorBody> internal() {
        return answer(
                500,
                ErrorBody.of(500, "the service failed; its log says why", null, "internal"),
                0);
    }

    private static RestResponse<ErrorBody> answer(int status, ErrorBody body, int retryAfter) {
        RestResponse.ResponseBuilder<ErrorBody> answer =
                RestResponse.ResponseBuilder.<ErrorBody>create(status)
                        .entity(body)
                        .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON);
        if (retryAfter > 0) {
            answer.header(HttpHeaders.RETRY_AFTER, retryAfter);
        } else if (status == 409) {
            // The official clients repeat every 409 unless they are told not to.
            answer.header("x-should-retry", "false");
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
