package dev.loramill.trainer.cli;

import dev.loramill.process.JavaCommand;
import dev.loramill.process.ParentWatch;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.JobOverrides;
import dev.loramill.trainer.job.JobReader;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.parallel.RankCommand;
import dev.loramill.trainer.parallel.Ranks;
import dev.loramill.trainer.parallel.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Starts the processes of a run besides this one, which is its rank 0.
 *
 * @param worldSize processes of the run, this one included
 * @param job the job's file
 * @param overrides what the command line says instead of it
 * @param out output directory
 * @param timeout longest wait for another process
 */
record RankLauncher(int worldSize, Path job, JobOverrides overrides, Path out, Duration timeout) {
    private static final String RANKS = "ranks";

    /** Reads the job as each of the processes has it. */
    TrainingJob readJob() throws IOException {
        return JobReader.read(job, worldSize, overrides);
    }

    /**
     * Checks a number of processes.
     *
     * @throws InvalidJobException if no run can have so many
     */
    static void requireWorldSize(int worldSize) {
        if (worldSize < 1 || worldSize > Share.MOST) {
            throw new InvalidJobException(
                    "--world-size must be in [1, " + Share.MOST + "], got " + worldSize);
        }
    }

    /** The place of this process. */
    Share share() {
        return new Share(0, worldSize);
    }

    /** Starts the other processes, if there are any, and waits for them. */
    Ranks launch() throws IOException {
        return worldSize == 1
                ? Ranks.alone()
                : Ranks.lead(worldSize, out.resolve(RANKS), timeout, command());
    }

    private RankCommand command() {
        return (share, rendezvous) ->
                JavaCommand.ofMain(TrainerCommand.class.getName())
                        .optionsOfThisJvm()
                        .arguments("run", "--job", job.toString(), "--out", out.toString())
                        .arguments("--world-size", String.valueOf(share.size()))
                        .arguments("--rank", String.valueOf(share.rank()))
                        .arguments("--rendezvous", rendezvous.toString())
                        .arguments("--rank-timeout", String.valueOf(timeout.toSeconds()))
                        .arguments(ParentWatch.OPTION)
                        .arguments(ComputeOptions.arguments(overrides));
    }
}
