package dev.loramill.trainer.parallel;

import dev.loramill.trainer.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/** The first process, which starts the others, explains their ends and leaves none behind. */
final class LeadingRank implements Ranks {
    private final RankProcesses processes;
    private final Path meeting;
    private final GlooRanks joined;

    private LeadingRank(RankProcesses processes, Path meeting, GlooRanks joined) {
        this.processes = processes;
        this.meeting = meeting;
        this.joined = joined;
    }

    static LeadingRank start(int size, Path directory, Duration patience, RankCommand command)
            throws IOException {
        Path meeting = RankProcesses.freshMeeting(directory);
        RankProcesses processes = RankProcesses.start(size, directory, meeting, command);
        boolean isDone = false;
        try {
            GlooRanks joined =
                    GlooRanks.join(
                            new Share(0, size), meeting, patience, processes::requireAllAlive);
            isDone = true;
            return new LeadingRank(processes, meeting, joined);
        } finally {
            if (!isDone) {
                processes.close();
                Files.deleteIfExists(meeting);
            }
        }
    }

    @Override
    public Share share() {
        return joined.share();
    }

    @Override
    public void sum(Matrix vector) {
        explained(() -> {
            joined.sum(vector);
            return true;
        });
    }

    @Override
    public double[] sum(double... values) {
        return explained(() -> joined.sum(values));
    }

    private <T> T explained(Supplier<T> sum) {
        try {
            return sum.get();
        } catch (RankLostException e) {
            throw processes.explained(e);
        }
    }

    @Override
    public void close() {
        processes.close();
        joined.close();
        try {
            Files.deleteIfExists(meeting);
        } catch (IOException e) {
            // The next run on this directory deletes it.
        }
    }
}
