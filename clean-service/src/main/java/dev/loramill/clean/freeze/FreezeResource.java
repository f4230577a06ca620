package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Freezing over HTTP. */
@Path("/v1/datasets/{id}/freeze")
@Blocking
class FreezeResource {
    private final Freezing freezing;

    FreezeResource(Freezing freezing) {
        this.freezing = freezing;
    }

    @POST
    public View freeze(@PathParam("id") String id, FreezeRequest.@Nullable Body body)
            throws SQLException, IOException {
        if (body == null) {
            throw RefusedException.invalid(
                    "missing_required_parameter",
                    "base",
                    "the body must be a JSON object that names at least \"base\"");
        }
        return view(freezing.freeze(id, body.complete()));
    }

    private View view(FrozenVersion version) throws IOException {
        return new View(
                version.version(),
                version.version(),
                "dataset.version",
                version.datasetId(),
                version.trainRows(),
                version.evalRows(),
                freezing.manifest(version));
    }

    record View(
            String id,
            String version,
            String object,
            String dataset,
            long trainRows,
            long evalRows,
            JsonNode manifest) {}
}
