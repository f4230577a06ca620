package dev.loramill.stress;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.local.launch.Service;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the whole chain under load and faults, lets it come to rest, and compares what there is with
 * what clients were told.
 */
public final class ChainStress {
    private static final Duration LONGEST_START = Duration.ofMinutes(4);
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(1);
    private static final Duration GIVE_UP = Duration.ofMinutes(5);
    private static final Duration LONGEST_JOB = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Settings settings;
    private final PrintStream progress;
    private final Http http = new Http();

    /**
     * What is done.
     *
     * @param checkout root of the source tree, whose modules hold the built services
     * @param duration how long faults come
     * @param seed decides what fails when
     */
    public record Settings(Path checkout, Duration duration, long seed) {}

    /**
     * What came of it.
     *
     * @param rows rows that were sent
     * @param requests requests that carried them: accepted, refused, of unknown end
     * @param datasets datasets that got rows
     * @param jobs jobs that were taken
     * @param faults how often what was brought about
     * @param endedByThemselves processes that ended without being killed
     * @param drainSeconds from the end of the last fault until nothing was on its way
     * @param violations what is not as it was promised, a sentence each
     */
    public record Outcome(
            int rows,
            Map<String, Long> requests,
            int datasets,
            int jobs,
            Map<String, Integer> faults,
            int endedByThemselves,
            double drainSeconds,
            List<String> violations) {
        /** Copies the lists. */
        public Outcome {
            requests = Map.copyOf(requests);
            faults = Map.copyOf(faults);
            violations = List.copyOf(violations);
        }
    }

    /** Prepares a run; its progress is told a line a fault. */
    public ChainStress(Settings settings, PrintStream progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Runs to the end.
     *
     * @throws IOException when the chain cannot be started
     */
    public Outcome run() throws IOException, InterruptedException, SQLException {
        try (ChainGround ground = new ChainGround(settings.checkout())) {
            ChainState state = new ChainState(ground);
            start(ground, state);
            History history = new History();
            Faults faults = new Faults(ground, settings.seed(), progress);
            try (Workload workload = new Workload(ground, history, settings.seed())) {
                workload.start();
                faults.run(System.nanoTime() + settings.duration().toNanos(), workload);
                long quiet = System.nanoTime();
                workload.stop();
                workload.sealAll(quiet + GIVE_UP.toNanos());
                List<String> violations = new ArrayList<>();
                double drained = drain(ground, state, quiet, violations);
                Checker.Found found = state.read();
                violations.addAll(Checker.violations(history, found));
                checkJobs(ground, history, violations);
                if (!violations.isEmpty()) {
                    progress.printf("The logs stay in %s%n", ground.keepLogs());
                }
                return new Outcome(
                        workload.rowsSent(),
                        Map.of(
                                "accepted", history.count(History.Answer.ACCEPTED),
                                "refused", history.count(History.Answer.REFUSED),
                                "unknown", history.count(History.Answer.UNKNOWN)),
                        found.datasets().size(),
                        history.trainings().size(),
                        faults.byName(),
                        ground.nodes().stream().mapToInt(Node::endedByItself).sum(),
                        drained,
                        violations);
            }
        }
    }

    private void start(ChainGround ground, ChainState state)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        ground.start();
        List<String> notReady = state.notReady();
        while (!notReady.isEmpty()) {
            if (System.nanoTime() - begun > LONGEST_START.toNanos()) {
                throw new IOException(
                        "not ready after %d s: %s; the logs stay in %s"
                                .formatted(LONGEST_START.toSeconds(), notReady, ground.keepLogs()));
            }
            ground.reviveEnded(progress);
            Thread.sleep(LOOK);
            notReady = state.notReady();
        }
        progress.printf("The chain is up after %.0f s.%n", seconds(begun));
    }

    /** Waits until nothing is on its way any more; returns after how many seconds. */
    private double drain(ChainGround ground, ChainState state, long quiet, List<String> violations)
            throws IOException, InterruptedException {
        List<String> pending = List.of("not looked at yet");
        while (System.nanoTime() - quiet < GIVE_UP.toNanos()) {
            ground.reviveEnded(progress);
            try {
                pending = state.pending();
            } catch (SQLException e) {
                pending = List.of("the database does not answer: " + e.getMessage());
            }
            if (pending.isEmpty()) {
                double seconds = seconds(quiet);
                progress.printf("At rest %.0f s after the last fault.%n", seconds);
                if (seconds > LONGEST_DRAIN.toSeconds()) {
                    violations.add(
                            "it took %.0f s from the last fault until all was at rest, allowed are %d"
                                    .formatted(seconds, LONGEST_DRAIN.toSeconds()));
                }
                return seconds;
            }
            Thread.sleep(LOOK);
        }
        violations.add(
                "%d s after the last fault there are still %s"
                        .formatted(GIVE_UP.toSeconds(), pending));
        return seconds(quiet);
    }

    /** Each job that was taken has to end well, and what the gate lets through to be served. */
    private void checkJobs(ChainGround ground, History history, List<String> violations)
            throws InterruptedException {
        Node train = ground.replicas(Service.TRAIN).getFirst();
        long deadline = System.nanoTime() + LONGEST_JOB.toNanos();
        for (History.Training training : history.trainings()) {
            Http.Reply job = http.get(train, "/v1/fine_tuning/jobs/" + training.job());
            while (!Workload.isEnded(job) && System.nanoTime() < deadline) {
                Thread.sleep(LOOK);
                job = http.get(train, "/v1/fine_tuning/jobs/" + training.job());
            }
            String status = job.body().path("status").asText();
            if (!status.equals("succeeded")) {
                violations.add(
                        "job %s is %s: %s"
                                .formatted(
                                        training.job(),
                                        status.isEmpty() ? "not to be read" : status,
                                        job.body().path("error")));
            }
        }
        for (JsonNode adapter : http.get(train, "/v1/adapters").body().path("data")) {
            if (adapter.path("state").asText().equals("live")) {
                checkServed(ground, adapter.path("model").asText(), violations);
            }
        }
    }

    private void checkServed(ChainGround ground, String model, List<String> violations)
            throws InterruptedException {
        for (Node replica : ground.replicas(Service.SERVE)) {
            long deadline = System.nanoTime() + LONGEST_DRAIN.toNanos();
            Http.Reply answer = chat(replica, model);
            while (!answer.isOk() && System.nanoTime() < deadline) {
                Thread.sleep(LOOK);
                answer = chat(replica, model);
            }
            if (!answer.isOk()) {
                violations.add(
                        "adapter %s is live, and %s answers %d: %s"
                                .formatted(model, replica.name(), answer.status(), answer.body()));
            }
        }
    }

    private Http.Reply chat(Node replica, String model) throws InterruptedException {
        return http.postJson(
                replica,
                "/v1/chat/completions",
                Map.of(
                        "model",
                        model,
                        "max_completion_tokens",
                        4,
                        "messages",
                        List.of(Map.of("role", "user", "content", "What helps?"))));
    }

    private static double seconds(long since) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) / 1e3;
    }
}
