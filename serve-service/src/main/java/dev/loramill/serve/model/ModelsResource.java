package dev.loramill.serve.model;

import dev.loramill.http.Page;
import dev.loramill.http.RefusedException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** Lists the models that can be asked for, in OpenAI's shape. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
public class ModelsResource {
    private final ServedModels models;

    ModelsResource(ServedModels models) {
        this.models = models;
    }

    /**
     * One model.
     *
     * @param root SHA-256 of the adapter's file, or of the base's own
     * @param parent the base of an adapter
     */
    public record Model(
            String id,
            String object,
            long created,
            String ownedBy,
            String root,
            @Nullable String parent) {

        static Model of(ServedModel model) {
            return new Model(
                    model.name(),
                    "model",
                    model.createdAt().getEpochSecond(),
                    "loramill",
                    model.root(),
                    model.parent().orElse(null));
        }
    }

    /** All models, the base first, on one page. */
    @GET
    public Page<Model> list() {
        return Page.whole(models.all().stream().map(Model::of).toList(), Model::id);
    }

    /**
     * One model.
     *
     * @param name all the rest of the path: names hold colons, and may hold slashes
     * @throws RefusedException naming the models that are served, when it is none of them
     */
    @GET
    @Path("{model: .+}")
    public Model get(@PathParam("model") String name) {
        return Model.of(models.require(name));
    }
}
