package dev.loramill.train.worker;

import dev.loramill.http.Page;
import io.smallrye.common.annotation.Blocking;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;

/** Workers over HTTP. */
@Path("/v1/workers")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class WorkerResource {
    private final WorkerRepository workers;
    private final LeaseConfig lease;
    private final Clock clock;

    WorkerResource(WorkerRepository workers, LeaseConfig lease, Clock clock) {
        this.workers = workers;
        this.lease = lease;
        this.clock = clock;
    }

    @GET
    @Transactional
    public Page<WorkerBody> list() {
        Instant lostBefore = clock.instant().minus(lease.duration());
        return Page.whole(
                workers.all().stream().map(worker -> WorkerBody.of(worker, lostBefore)).toList(),
                WorkerBody::id);
    }
}
