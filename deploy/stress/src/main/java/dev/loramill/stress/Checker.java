package dev.loramill.stress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares what clients were told with what there is when all is quiet. */
final class Checker {
    private Checker() {}

    /**
     * What there is.
     *
     * @param rows names of the rows of each dataset's ledger, as often as they stand there
     * @param datasets what the services say of each dataset
     * @param deadLetters names of the rows among the dead letters of the open topic
     */
    record Found(
            Map<String, List<String>> rows,
            Map<String, Dataset> datasets,
            Set<String> deadLetters) {
        Found {
            rows = Map.copyOf(rows);
            datasets = Map.copyOf(datasets);
            deadLetters = Set.copyOf(deadLetters);
        }
    }

    /**
     * What the services say of a dataset.
     *
     * @param rowCount rows that ingest counted
     * @param isSealed whether ingest takes no more
     * @param state state of its ledger
     * @param processed rows with an outcome
     */
    record Dataset(long rowCount, boolean isSealed, String state, long processed) {}

    /** What is wrong, a sentence each; empty when all is as it was promised. */
    static List<String> violations(History history, Found found) {
        List<String> violations = new ArrayList<>();
        checkRows(history, found, violations);
        checkDatasets(history, found, violations);
        checkVersions(history, violations);
        return violations;
    }

    private static void checkRows(History history, Found found, List<String> violations) {
        Map<String, Map<String, Integer>> counted = new HashMap<>();
        found.rows()
                .forEach((dataset, rows) -> {
                    Map<String, Integer> counts =
                            counted.computeIfAbsent(dataset, _ -> new HashMap<>());
                    rows.forEach(row -> counts.merge(row, 1, Integer::sum));
                });
        Set<String> sent = new HashSet<>();
        for (History.Submission submission : history.submissions()) {
            History.@Nullable Sealing sealing = history.sealing(submission.dataset());
            Map<String, Integer> counts = counted.getOrDefault(submission.dataset(), Map.of());
            for (String row : submission.rows()) {
                sent.add(row);
                String fault =
                        fault(
                                submission,
                                sealing,
                                counts.getOrDefault(row, 0),
                                found.deadLetters().contains(row));
                if (fault != null) {
                    violations.add(
                            "row %s of %s, sent by %s, %s: %s"
                                    .formatted(
                                            row,
                                            submission.dataset(),
                                            submission.door(),
                                            submission.answer(),
                                            fault));
                }
            }
            if (sealing != null
                    && submission.door() == History.Door.HTTP
                    && submission.answer() == History.Answer.ACCEPTED
                    && submission.begunAt() > sealing.endedAt()) {
                violations.add(
                        "rows %s of %s were accepted %d ms after the dataset had been sealed"
                                .formatted(
                                        submission.rows(),
                                        submission.dataset(),
                                        (submission.begunAt() - sealing.endedAt()) / 1_000_000));
            }
        }
        counted.forEach((dataset, counts) ->
                counts.keySet().stream()
                        .filter(row -> !sent.contains(row))
                        .forEach(row ->
                                violations.add(
                                        "row %s of %s was never sent".formatted(row, dataset))));
    }

    private static @Nullable String fault(
            History.Submission submission,
            History.@Nullable Sealing sealing,
            int times,
            boolean isDead) {
        if (times > 1) {
            return "it stands %d times in the ledger".formatted(times);
        }
        boolean isIn = times == 1;
        if (submission.answer() == History.Answer.REFUSED) {
            return isIn ? "it was refused and stands in the ledger" : null;
        }
        if (submission.answer() == History.Answer.UNKNOWN) {
            return isIn && isDead ? "it stands in the ledger and is a dead letter" : null;
        }
        if (submission.door() != History.Door.KAFKA) {
            return isIn ? null : "it was accepted and is not in the ledger";
        }
        if (isIn == isDead) {
            return isIn
                    ? "it stands in the ledger and is a dead letter"
                    : "Kafka had it, and it is neither in the ledger nor a dead letter";
        }
        if (sealing != null && isDead && submission.endedAt() < sealing.begunAt()) {
            return "Kafka had it %d ms before the dataset was asked to be sealed, and it was left out"
                    .formatted((sealing.begunAt() - submission.endedAt()) / 1_000_000);
        }
        if (sealing != null && isIn && submission.begunAt() > sealing.endedAt()) {
            return "it was sent %d ms after the dataset had been sealed, and stands in the ledger"
                    .formatted((submission.begunAt() - sealing.endedAt()) / 1_000_000);
        }
        return null;
    }

    private static void checkDatasets(History history, Found found, List<String> violations) {
        found.datasets()
                .forEach((id, dataset) -> {
                    int rows = found.rows().getOrDefault(id, List.of()).size();
                    if (!dataset.isSealed()) {
                        violations.add("dataset %s could not be sealed".formatted(id));
                    } else if (!dataset.state().equals("cleaned")) {
                        violations.add(
                                "dataset %s is sealed with %d rows, and its ledger is %s with %d"
                                        .formatted(
                                                id,
                                                dataset.rowCount(),
                                                dataset.state(),
                                                dataset.processed()));
                    }
                    if (dataset.rowCount() != rows || dataset.processed() != rows) {
                        violations.add(
                                "dataset %s: ingest counted %d rows, clean %d, and the ledger has %d"
                                        .formatted(
                                                id, dataset.rowCount(), dataset.processed(), rows));
                    }
                });
        for (History.Sealing sealing : history.sealings()) {
            Dataset dataset = found.datasets().get(sealing.dataset());
            if (dataset == null) {
                violations.add("dataset %s is gone".formatted(sealing.dataset()));
            } else if (dataset.rowCount() != sealing.rowCount()) {
                violations.add(
                        "dataset %s was sealed with %d rows and has %d"
                                .formatted(
                                        sealing.dataset(), sealing.rowCount(), dataset.rowCount()));
            }
        }
    }

    private static void checkVersions(History history, List<String> violations) {
        Map<String, History.Freezing> first = new LinkedHashMap<>();
        for (History.Freezing freezing : history.freezings()) {
            History.Freezing before = first.putIfAbsent(freezing.dataset(), freezing);
            if (before != null && !before.version().equals(freezing.version())) {
                violations.add(
                        "dataset %s was frozen as %s by %s and as %s by %s"
                                .formatted(
                                        freezing.dataset(),
                                        before.version(),
                                        before.replica(),
                                        freezing.version(),
                                        freezing.replica()));
            }
        }
    }
}
