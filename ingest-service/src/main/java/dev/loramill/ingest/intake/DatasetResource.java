package dev.loramill.ingest.intake;

import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.upload.BrokerAwayException;
import dev.loramill.ingest.upload.RowBatches;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Datasets over HTTP. */
@Path("/v1/datasets")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class DatasetResource {
    private static final int MAX_PAGE = 1_000;

    private final DatasetOpening opening;
    private final Datasets datasets;
    private final DatasetSealing sealing;
    private final DatasetDeletion deletion;
    private final RowBatches batches;

    DatasetResource(
            DatasetOpening opening,
            Datasets datasets,
            DatasetSealing sealing,
            DatasetDeletion deletion,
            RowBatches batches) {
        this.opening = opening;
        this.datasets = datasets;
        this.sealing = sealing;
        this.deletion = deletion;
        this.batches = batches;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public DatasetBody open(
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String key,
            @Nullable DatasetRequest request) {
        if (request == null) {
            throw RefusedException.invalid(
                    "missing_body", null, "the body must be a JSON object, at least {}");
        }
        return DatasetBody.of(opening.open(request, IdempotencyKey.of(key)));
    }

    @GET
    public Page<DatasetBody> list(
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String order,
            @RestQuery @Nullable String after) {
        return datasets.list(PageRequest.ordered(limit, after, order, MAX_PAGE))
                .map(DatasetBody::of);
    }

    @GET
    @Path("/{id}")
    public DatasetBody dataset(@PathParam("id") String id) {
        return DatasetBody.of(datasets.require(id));
    }

    @DELETE
    @Path("/{id}")
    public DatasetBody.DeletedDataset delete(@PathParam("id") String id) {
        return DatasetBody.DeletedDataset.of(id, deletion.delete(id));
    }

    // Clients name lines of JSON in many ways, and curl calls them a form.
    @POST
    @Path("/{id}/rows")
    @Consumes(MediaType.WILDCARD)
    public DatasetBody.BatchBody rows(
            @PathParam("id") String id,
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String key,
            InputStream body)
            throws IOException {
        try {
            return DatasetBody.BatchBody.of(id, batches.accept(id, body, IdempotencyKey.of(key)));
        } catch (BrokerAwayException e) {
            throw RefusedException.unavailable(String.valueOf(e.getMessage()));
        }
    }

    @POST
    @Path("/{id}/seal")
    @Consumes(MediaType.WILDCARD)
    public DatasetBody seal(@PathParam("id") String id) {
        return DatasetBody.of(sealing.seal(id));
    }
}
