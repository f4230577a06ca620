package dev.loramill.ingest.recipe;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.quarkus.rest.client.reactive.ClientExceptionMapper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.core.Response;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** What this service asks clean-service for; a call that gets no answer is made once more. */
@RegisterRestClient(configKey = "clean")
@Path("/v1/recipes")
interface CleanClient {
    /** A recipe without what it says. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record RecipeBody(String name, String digest) {}

    /** All recipes. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record RecipesBody(List<RecipeBody> data) {}

    /**
     * The recipe that has a name now.
     *
     * @throws UnknownRecipeException when there is none
     */
    @GET
    @Path("/{name}")
    @Retry(
            maxRetries = 1,
            delay = 100,
            delayUnit = ChronoUnit.MILLIS,
            retryOn = ProcessingException.class)
    RecipeBody recipe(@PathParam("name") String name);

    @GET
    @Retry(
            maxRetries = 1,
            delay = 100,
            delayUnit = ChronoUnit.MILLIS,
            retryOn = ProcessingException.class)
    RecipesBody recipes();

    @ClientExceptionMapper
    static RuntimeException fault(Response response) {
        return switch (response.getStatus()) {
            case 404 -> new UnknownRecipeException();
            case 408, 429, 502, 503, 504 ->
                    new IllegalStateException("it answered with status " + response.getStatus());
            default -> new RecipeFaultException(response.getStatus());
        };
    }
}
