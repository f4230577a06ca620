package dev.loramill.trainer.cli;

import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.JobOverrides;
import dev.loramill.trainer.job.JobReader;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.loop.Trainer;
import dev.loramill.trainer.parallel.RankLostException;
import dev.loramill.trainer.parallel.Ranks;
import dev.loramill.trainer.parallel.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A process that {@link RankLauncher} starts: it computes its share of each step, and neither
 * reports nor writes.
 *
 * @param share its place
 * @param rendezvous file in which the processes find one another
 * @param timeout longest wait for another process
 */
record FollowerRank(Share share, Path rendezvous, Duration timeout) {

    /** Takes all steps and gives the exit code; faults are told on the standard error. */
    int run(Path job, JobOverrides overrides, Path out, BooleanSupplier stopRequested)
            throws IOException {
        try (PreparedRun run = PreparedRun.of(JobReader.read(job, share.size(), overrides), share);
                Ranks ranks = Ranks.follow(share, rendezvous, timeout);
                Trainer trainer = new Trainer(run, out, _ -> {}, stopRequested, ranks, null)) {
            trainer.train();
            return 0;
        } catch (InvalidJobException e) {
            return tell(e, TrainerCommand.INVALID);
        } catch (RankLostException e) {
            return tell(e, RankLostException.EXIT_CODE);
        }
    }

    private static int tell(RuntimeException fault, int exitCode) {
        System.err.println("trainer: " + fault.getMessage());
        return exitCode;
    }
}
