package dev.loramill.serve.adapter;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Shows the adapters that this replica serves. */
@Path("/v1/adapters")
public class AdaptersResource {
    private final AdapterFollower follower;
    private final Replica replica;

    AdaptersResource(AdapterFollower follower, Replica replica) {
        this.follower = follower;
        this.replica = replica;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public AdapterList list() {
        return AdapterList.of(replica, follower.served());
    }
}
