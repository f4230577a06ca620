package dev.loramill.train.worker;

import dev.loramill.http.Page;
import dev.loramill.outbox.legacy.Transactions;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;

/** Workers over HTTP. */
@Path("/v1/workers")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class WorkerResource {
    private final DataSource dataSource;
    private final WorkerTable workers;
    private final LeaseConfig lease;
    private final Clock clock;

    WorkerResource(DataSource dataSource, WorkerTable workers, LeaseConfig lease, Clock clock) {
        this.dataSource = dataSource;
        this.workers = workers;
        this.lease = lease;
        this.clock = clock;
    }

    @GET
    public Page<WorkerBody> list() throws SQLException {
        Instant lostBefore = clock.instant().minus(lease.duration());
        List<Worker> all = Transactions.call(dataSource, workers::all);
        return Page.whole(
                all.stream().map(worker -> WorkerBody.of(worker, lostBefore)).toList(),
                WorkerBody::id);
    }
}
