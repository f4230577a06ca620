package dev.loramill.train.schedule;

import dev.loramill.train.job.JobRepository;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.function.LongSupplier;

/** Tells how many jobs wait and run. */
@ApplicationScoped
class JobMetrics {
    private static final List<String> STATUSES = List.of("validating_files", "queued", "running");

    private final JobRepository jobs;
    private final MeterRegistry meters;

    JobMetrics(JobRepository jobs, MeterRegistry meters) {
        this.jobs = jobs;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        for (String status : STATUSES) {
            Gauge.builder("loramill.train.jobs", () -> figure(() -> jobs.countOf(status)))
                    .description("Fine-tuning jobs that have not ended")
                    .tag("status", status)
                    .register(meters);
        }
        Gauge.builder("loramill.train.jobs.retried", () -> figure(jobs::countOfTroubled))
                .description("Jobs whose rows could not be opened or frozen yet")
                .register(meters);
    }

    private static double figure(LongSupplier count) {
        try {
            return QuarkusTransaction.requiringNew().call(() -> (double) count.getAsLong());
        } catch (RuntimeException e) {
            // A scrape while the database is away; readiness tells of that.
            return Double.NaN;
        }
    }
}
