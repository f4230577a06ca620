package dev.loramill.train.client;

import io.quarkus.rest.client.reactive.ClientExceptionMapper;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jspecify.annotations.Nullable;

/** Routes of ingest-service. Each may be asked again, so a fault that may pass is tried thrice. */
@RegisterRestClient(configKey = "ingest")
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Retry(maxRetries = 2, delay = 100, jitter = 50, abortOn = ServiceAnswerException.class)
interface IngestClient {
    /**
     * A file.
     *
     * @param sha256 digest of its bytes
     */
    record FileBody(@Nullable String sha256, @Nullable String purpose) {}

    /** A dataset to be opened; the same again finds the one that is there. */
    record OpeningBody(String id, String file, String recipe) {}

    /** A dataset. */
    record DatasetBody(@Nullable Fault error) {}

    /** Why its rows cannot be read. */
    record Fault(@Nullable String message) {}

    @GET
    @Path("/files/{id}")
    FileBody file(@PathParam("id") String id);

    @POST
    @Path("/datasets")
    DatasetBody open(OpeningBody dataset);

    @ClientExceptionMapper
    static RuntimeException fault(Response response) {
        return FaultClient.read(response);
    }
}
