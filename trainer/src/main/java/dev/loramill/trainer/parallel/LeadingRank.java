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
    private final Path rendezvous;
    private final GlooRanks joined;

    private LeadingRank(RankProcesses processes, Path rendezvous, GlooRanks joined) {
        this.processes = processes;
        this.rendezvous = rendezvous;
        this.joined = joined;
    }

    static LeadingRank start(int size, Path directory, Duration timeout, RankCommand command)
            throws IOException {
        Path rendezvous = RankProcesses.freshRendezvous(directory);
        RankProcesses processes = RankProcesses.start(size, directory, rendezvous, command);
        boolean isDone = false;
        try {
            GlooRanks joined =
                    GlooRanks.join(
                            new Share(0, size), rendezvous, timeout, processes::requireAllAlive);
            isDone = true;
            return new LeadingRank(processes, rendezvous, joined);
        } finally {
            if (!isDone) {
                processes.close();
                Files.deleteIfExists(rendezvous);
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
            Files.deleteIfExists(rendezvous);
        } catch (IOException e) {
            // The next run on this directory deletes it.
        }
    }
}
