package dev.loramill.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.vertx.core.VertxException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.CharConversionException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every fault with an error body and tells clients whether to try again. */
final class ErrorResource {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorResource.class);

    private static final int MAX_CAUSES = 20;

    @ServerExceptionMapper
    RestResponse<ErrorBody> refused(RefusedException refused) {
        return answer(refused.status(), refused.body(), refused.retryAfter());
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

    /** Bytes that are no characters in the encoding that a body seems to have, such as UTF-32. */
    @ServerExceptionMapper
    RestResponse<ErrorBody> characters(CharConversionException fault) {
        return refused(
                RefusedException.invalid(
                        "invalid_json", null, "the body is not JSON in UTF-8; send it in UTF-8"));
    }

    /** Takes the place of the framework's own mapper, which answers without a body. */
    @ServerExceptionMapper
    RestResponse<ErrorBody> mismatch(MismatchedInputException fault) {
        return refused(JsonFault.refusal(fault));
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> web(WebApplicationException fault) {
        if (fault.getCause() instanceof MismatchedInputException mismatch) {
            return mismatch(mismatch);
        }
        if (fault.getCause() instanceof JsonProcessingException json) {
            return json(json);
        }
        Response.StatusType status = fault.getResponse().getStatusInfo();
        String message =
                switch (status.getStatusCode()) {
                    case 404 -> "there is nothing at this address";
                    case 405 -> "this method is not allowed here";
                    case 413 -> "the body has more bytes than are allowed";
                    case 415 ->
                            "this content type is not understood here; JSON is sent as"
                                    + " application/json, a file as multipart/form-data";
                    default -> String.valueOf(fault.getMessage());
                };
        String code = status.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '_');
        return answer(
                status.getStatusCode(),
                ErrorBody.of(status.getStatusCode(), message, null, code),
                Optional.empty());
    }

    @ServerExceptionMapper
    RestResponse<ErrorBody> unforeseen(Throwable fault, RoutingContext http) {
        if (http.response().closed() && isOfConnection(fault)) {
            // Nobody hears the answer, and nothing is wrong here.
            LOG.atDebug().log("A client went away before its answer was complete");
            return internal();
        }
        return unforeseen(fault);
    }

    RestResponse<ErrorBody> unforeseen(Throwable fault) {
        Optional<SQLException> atDatabase = databaseFault(fault);
        if (atDatabase.isPresent()) {
            return database(atDatabase.get());
        }
        LOG.atError().setCause(fault).log("A request failed");
        return internal();
    }

    private static boolean isOfConnection(Throwable fault) {
        @Nullable Throwable at = fault;
        for (int i = 0; i < MAX_CAUSES && at != null; i++) {
            if (at instanceof IOException || at instanceof VertxException) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    private static RestResponse<ErrorBody> internal() {
        return answer(
                500,
                ErrorBody.of(500, "the service failed; its log says why", null, "internal_error"),
                Optional.empty());
    }

    private static RestResponse<ErrorBody> answer(
            int status, ErrorBody body, Optional<Duration> retryAfter) {
        RestResponse.ResponseBuilder<ErrorBody> answer =
                RestResponse.ResponseBuilder.<ErrorBody>create(status)
                        .entity(body)
                        .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON);
        if (retryAfter.isPresent()) {
            answer.header(HttpHeaders.RETRY_AFTER, Math.max(1, retryAfter.get().toSeconds()));
        } else if (status == 409) {
            // The official clients repeat every 409 unless they are told not to.
            answer.header("x-should-retry", "false");
        }
        return answer.build();
    }

    /**
     * What the database said; persistence and transactions wrap it, and a transaction that could
     * not be rolled back only suppresses it.
     */
    private static Optional<SQLException> databaseFault(Throwable fault) {
        Deque<Throwable> open = new ArrayDeque<>(List.of(fault));
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        while (!open.isEmpty()) {
            Throwable next = open.removeFirst();
            if (next instanceof SQLException sql) {
                return Optional.of(sql);
            }
            if (seen.add(next)) {
                if (next.getCause() != null) {
                    open.addLast(next.getCause());
                }
                open.addAll(List.of(next.getSuppressed()));
            }
        }
        return Optional.empty();
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
