package dev.loramill.clean.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether rows get on, from what is seen of the topology every few seconds: rows wait, or were
 * taken, and no transaction was committed for a while. Also true where each attempt looks healthy,
 * as with a transaction that is aborted again and again.
 */
final class TopologyProgress {
    /** Longest that rows may wait without one that is done; more than a transaction may take. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Map<String, Double> commits = new HashMap<>();
    private long taken;
    private @Nullable Instant stuckSince;

    /**
     * What was seen at one time.
     *
     * @param taken records that the steps took since the service began
     * @param commits transactions that each thread committed since it began, by its name
     * @param waiting records that wait in Kafka
     */
    record Sight(long taken, Map<String, Double> commits, long waiting) {
        Sight {
            commits = Map.copyOf(commits);
        }
    }

    /** Takes a look; says what is wrong, if something is. */
    synchronized Optional<String> look(Sight sight, Instant now) {
        boolean isDone = false;
        for (Map.Entry<String, Double> thread : sight.commits.entrySet()) {
            double before = commits.getOrDefault(thread.getKey(), 0.0);
            isDone |= thread.getValue() > before;
        }
        commits.clear();
        commits.putAll(sight.commits);
        boolean isTaken = sight.taken > taken;
        taken = sight.taken;
        if (isDone) {
            stuckSince = null;
        }
        Instant since = stuckSince;
        if (since == null) {
            // A commit that was just seen may be of what was taken before.
            stuckSince = !isDone && (isTaken || sight.waiting > 0) ? now : null;
            return Optional.empty();
        }
        return since.plus(PATIENCE).isAfter(now)
                ? Optional.empty()
                : Optional.of(
                        "rows come, %d wait, and none is done since %s: a row that takes long, a transaction that Kafka aborts, or a state that is read anew"
                                .formatted(sight.waiting, since));
    }
}
