package dev.loramill.serve.openai;

import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers whatever goes wrong with an {@link ErrorBody}. */
@Singleton
public class ErrorResource {
    private static final Logger LOGGER = Logger.getLogger(ErrorResource.class);

    @ServerExceptionMapper
    public RestResponse<ErrorBody> refused(ApiException refusal) {
        RestResponse.ResponseBuilder<ErrorBody> response = answer(refusal);
        refusal.retryAfter()
                .ifPresent(delay -> response.header("Retry-After", Math.max(1, delay.toSeconds())));
        return response.build();
    }

    @ServerExceptionMapper
    public RestResponse<ErrorBody> refused(WebApplicationException refusal) {
        int status = refusal.getResponse().getStatus();
        String message =
                switch (status) {
                    case 404 -> "there is nothing at this path";
                    case 405 -> "this path does not have this method";
                    case 413 -> "the body of the request is too large";
                    case 415 -> "the body of the request must be application/json";
                    default -> String.valueOf(refusal.getMessage());
                };
        return answer(ApiException.ofStatus(status, message)).build();
    }

    @ServerExceptionMapper
    public RestResponse<ErrorBody> failed(Throwable fault) {
        LOGGER.error("Request failed", fault);
        return answer(ApiException.internal()).build();
    }

    private static RestResponse.ResponseBuilder<ErrorBody> answer(ApiException refusal) {
        return RestResponse.ResponseBuilder.<ErrorBody>create(refusal.status())
                .entity(refusal.body())
                .type("application/json");
    }
}
