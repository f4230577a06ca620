package dev.loramill.train.client;

import io.quarkus.rest.client.reactive.ClientExceptionMapper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jspecify.annotations.Nullable;

/** Routes of clean-service. Each may be asked again, so a fault that may pass is tried thrice. */
@RegisterRestClient(configKey = "clean")
@Path("/v1/recipes")
@Produces(MediaType.APPLICATION_JSON)
@Retry(maxRetries = 2, delay = 100, jitter = 50, abortOn = ServiceAnswerException.class)
interface CleanClient {
    /** A recipe, of which more is told than is read here. */
    record RecipeBody(@Nullable String name, @Nullable String digest) {}

    /** All recipes. */
    record RecipesBody(@Nullable List<RecipeBody> data) {}

    @GET
    RecipesBody recipes();

    @GET
    @Path("/{name}")
    RecipeBody recipe(@PathParam("name") String name);

    @ClientExceptionMapper
    static RuntimeException fault(Response response) {
        return FaultClient.read(response);
    }
}
