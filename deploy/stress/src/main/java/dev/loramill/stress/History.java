package dev.loramill.stress;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** What clients asked for and were told, by one clock. */
final class History {
    private final Queue<Submission> submissions = new ConcurrentLinkedQueue<>();
    private final Queue<Sealing> sealings = new ConcurrentLinkedQueue<>();
    private final Queue<Freezing> freezings = new ConcurrentLinkedQueue<>();
    private final Queue<Training> trainings = new ConcurrentLinkedQueue<>();

    /** What a client knows of its request. */
    enum Answer {
        ACCEPTED,
        REFUSED,

        /** No answer came, or one that leaves open whether it took effect. */
        UNKNOWN
    }

    /** How rows come in. */
    enum Door {
        HTTP,
        KAFKA,
        FILE
    }

    /**
     * Rows that one request carries.
     *
     * @param rows names of the rows, each once in the whole history
     * @param begunAt when it was sent for the first time, in nanoseconds
     * @param endedAt when the last answer came
     */
    record Submission(
            String dataset,
            Door door,
            List<String> rows,
            long begunAt,
            long endedAt,
            Answer answer) {
        Submission {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A dataset that was sealed by request.
     *
     * @param begunAt when the first request was sent that may have taken effect
     * @param endedAt when it was answered
     * @param rowCount rows that the answer says
     */
    record Sealing(String dataset, long begunAt, long endedAt, long rowCount) {}

    /** A version that one replica answered with. */
    record Freezing(String dataset, String replica, String version) {}

    /** A job that was taken. */
    record Training(String job) {}

    void add(Submission submission) {
        submissions.add(submission);
    }

    void add(Sealing sealing) {
        sealings.add(sealing);
    }

    void add(Freezing freezing) {
        freezings.add(freezing);
    }

    void add(Training training) {
        trainings.add(training);
    }

    Collection<Submission> submissions() {
        return submissions;
    }

    Collection<Sealing> sealings() {
        return sealings;
    }

    Collection<Freezing> freezings() {
        return freezings;
    }

    Collection<Training> trainings() {
        return trainings;
    }

    /** The sealing of a dataset; null when nobody was told of one. */
    @Nullable Sealing sealing(String dataset) {
        return sealings.stream()
                .filter(sealing -> sealing.dataset().equals(dataset))
                .findFirst()
                .orElse(null);
    }

    long count(Answer answer) {
        return submissions.stream().filter(sent -> sent.answer() == answer).count();
    }
}
