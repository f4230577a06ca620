package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.List;

/** Frozen versions over HTTP. */
@Path("/v1/dataset-versions")
@Blocking
class VersionResource {
    private static final String JSON_LINES = "application/x-ndjson";

    private final Freezing freezing;

    VersionResource(Freezing freezing) {
        this.freezing = freezing;
    }

    @GET
    public Listing list() throws SQLException {
        return new Listing("list", freezing.versions().stream().map(Entry::of).toList());
    }

    @GET
    @Path("{version}")
    public JsonNode manifest(@PathParam("version") String version)
            throws SQLException, IOException {
        return freezing.manifest(freezing.version(version));
    }

    @GET
    @Path("{version}/train.jsonl")
    @Produces(JSON_LINES)
    public InputStream train(@PathParam("version") String version)
            throws SQLException, IOException {
        return freezing.artifact(freezing.version(version).trainSha256());
    }

    @GET
    @Path("{version}/eval.jsonl")
    @Produces(JSON_LINES)
    public InputStream eval(@PathParam("version") String version) throws SQLException, IOException {
        return freezing.artifact(freezing.version(version).evalSha256());
    }

    record Entry(
            String id,
            String object,
            String dataset,
            String base,
            long trainRows,
            long evalRows,
            long createdAt) {
        static Entry of(FrozenVersion version) {
            return new Entry(
                    version.version(),
                    "dataset.version",
                    version.datasetId(),
                    version.baseId(),
                    version.trainRows(),
                    version.evalRows(),
                    version.createdAt().getEpochSecond());
        }
    }

    record Listing(String object, List<Entry> data) {}
}
