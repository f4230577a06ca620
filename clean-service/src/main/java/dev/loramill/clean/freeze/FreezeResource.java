package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.clean.errors.RefusedException;
import dev.loramill.events.EventJson;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frozen versions over HTTP. */
@Path("/v1")
@Blocking
class FreezeResource {
    private static final String JSON_LINES = "application/x-ndjson";

    private final Freezing freezing;

    FreezeResource(Freezing freezing) {
        this.freezing = freezing;
    }

    @POST
    @Path("datasets/{id}/freeze")
    View freeze(@PathParam("id") String id, FreezeRequest.@Nullable Body body)
            throws SQLException, IOException {
        if (body == null) {
            throw RefusedException.invalid(
                    "missing_required_parameter",
                    "base",
                    "the body must be a JSON object that names at least \"base\"");
        }
        return view(freezing.freeze(id, body.complete()));
    }

    @GET
    @Path("dataset-versions")
    Listing list() throws SQLException {
        return new Listing(
                "list", freezing.versions().stream().map(FreezeResource::entry).toList());
    }

    @GET
    @Path("dataset-versions/{version}")
    JsonNode manifest(@PathParam("version") String version) throws SQLException, IOException {
        return manifest(freezing.version(version));
    }

    @GET
    @Path("dataset-versions/{version}/train.jsonl")
    @Produces(JSON_LINES)
    InputStream train(@PathParam("version") String version) throws SQLException, IOException {
        return freezing.artifact(freezing.version(version).trainSha256());
    }

    @GET
    @Path("dataset-versions/{version}/eval.jsonl")
    @Produces(JSON_LINES)
    InputStream eval(@PathParam("version") String version) throws SQLException, IOException {
        return freezing.artifact(freezing.version(version).evalSha256());
    }

    private View view(FrozenVersion version) throws IOException {
        return new View(
                version.version(),
                version.version(),
                "dataset.version",
                version.datasetId(),
                version.trainRows(),
                version.evalRows(),
                manifest(version));
    }

    private JsonNode manifest(FrozenVersion version) throws IOException {
        try (InputStream in = freezing.artifact(version.version())) {
            // All of it, so that the digest is checked before anything is answered.
            return EventJson.mapper().readTree(in.readAllBytes());
        }
    }

    private static Entry entry(FrozenVersion version) {
        return new Entry(
                version.version(),
                "dataset.version",
                version.datasetId(),
                version.baseId(),
                version.trainRows(),
                version.evalRows(),
                version.createdAt().getEpochSecond());
    }

    record View(
            String id,
            String version,
            String object,
            String dataset,
            long trainRows,
            long evalRows,
            JsonNode manifest) {}

    record Entry(
            String id,
            String object,
            String dataset,
            String base,
            long trainRows,
            long evalRows,
            long createdAt) {}

    record Listing(String object, List<Entry> data) {}
}
