package dev.loramill.serve.chat;

import dev.loramill.serve.adapter.ServedModels;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Lists the models that can be asked for. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
public class ModelsResource {
    private final ServedModels models;

    ModelsResource(ServedModels models) {
        this.models = models;
    }

    @GET
    public ModelList list() {
        return ModelList.of(models.all());
    }

    /** The name is all the rest of the path: names hold colons, and may hold slashes. */
    @GET
    @Path("{model: .+}")
    public ModelList.Model get(@PathParam("model") String name) {
        return ModelList.Model.of(models.require(name));
    }
}
