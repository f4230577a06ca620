package dev.loramill.train.schedule;

import dev.loramill.outbox.legacy.Transactions;
import dev.loramill.train.job.JobTable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** Tells how many jobs wait and run. */
@ApplicationScoped
class JobMetrics {
    private static final List<String> STATUSES = List.of("validating_files", "queued", "running");

    private final DataSource dataSource;
    private final JobTable jobs;
    private final MeterRegistry meters;

    JobMetrics(DataSource dataSource, JobTable jobs, MeterRegistry meters) {
        this.dataSource = dataSource;
        this.jobs = jobs;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        for (String status : STATUSES) {
            Gauge.builder("loramill.train.jobs", () -> count(status))
                    .description("Fine-tuning jobs that have not ended")
                    .tag("status", status)
                    .register(meters);
        }
    }

    private double count(String status) {
        try {
            return Transactions.call(dataSource, tx -> jobs.count(tx, status));
        } catch (SQLException e) {
            // A scrape while the database is away; readiness tells of that.
            return Double.NaN;
        }
    }
}
