package dev.loramill.train.registry;

import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Adapters over HTTP; each is found by its digest or its model name. */
@Path("/v1/adapters")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class AdapterResource {
    private static final int MOST = 100;
    private static final int USUAL = 20;

    private final AdapterRegistry registry;

    AdapterResource(AdapterRegistry registry) {
        this.registry = registry;
    }

    @GET
    public Page<AdapterBody> list(
            @RestQuery @Nullable String limit, @RestQuery @Nullable String after) {
        return registry.list(PageRequest.newestFirst(limit, after, USUAL, MOST))
                .map(AdapterBody::of);
    }

    @GET
    @Path("/{id}")
    public AdapterBody adapter(@PathParam("id") String id) {
        return AdapterBody.of(registry.require(id));
    }

    @POST
    @Path("/{id}/promote")
    @Consumes(MediaType.WILDCARD)
    public AdapterBody promote(@PathParam("id") String id) {
        return AdapterBody.of(registry.promote(id));
    }

    @POST
    @Path("/{id}/hold")
    @Consumes(MediaType.WILDCARD)
    public AdapterBody hold(@PathParam("id") String id) {
        return AdapterBody.of(registry.hold(id));
    }

    @POST
    @Path("/{id}/retire")
    @Consumes(MediaType.WILDCARD)
    public AdapterBody retire(@PathParam("id") String id) {
        return AdapterBody.of(registry.retire(id));
    }
}
