package dev.loramill.clean.version;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Frozen versions over HTTP. */
@Path("/v1/dataset-versions")
@Blocking
class VersionResource {
    private static final String JSON_LINES = "application/x-ndjson";
    private static final int USUAL_LIMIT = 20;
    private static final int MAX_LIMIT = 1_000;

    private final DatasetVersions versions;

    VersionResource(DatasetVersions versions) {
        this.versions = versions;
    }

    @GET
    public Page<VersionSummary> list(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        return versions.page(PageRequest.newestFirst(limit, after, USUAL_LIMIT, MAX_LIMIT))
                .map(VersionSummary::of);
    }

    @GET
    @Path("{version}")
    @APIResponse(
            responseCode = "200",
            description = "The manifest as its file has it; its digest is the version",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema =
                                    @Schema(
                                            implementation = Object.class,
                                            type = SchemaType.OBJECT)))
    public JsonNode manifest(@PathParam("version") String version) throws IOException {
        return versions.manifest(versions.version(version));
    }

    @GET
    @Path("{version}/train.jsonl")
    @Produces(JSON_LINES)
    public InputStream train(@PathParam("version") String version) throws IOException {
        return versions.artifact(versions.version(version).trainSha256());
    }

    @GET
    @Path("{version}/eval.jsonl")
    @Produces(JSON_LINES)
    public InputStream eval(@PathParam("version") String version) throws IOException {
        return versions.artifact(versions.version(version).evalSha256());
    }

    record VersionSummary(
            String id,
            String object,
            String dataset,
            String base,
            long trainRows,
            long evalRows,
            long createdAt) {
        static VersionSummary of(DatasetVersion version) {
            return new VersionSummary(
                    version.version(),
                    "dataset.version",
                    version.datasetId(),
                    version.baseId(),
                    version.trainRows(),
                    version.evalRows(),
                    version.createdAt().getEpochSecond());
        }
    }
}
