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
 * How many processes a run of the command has, and how the others are started.
 *
 * @param size processes of the run, this one included
 * @param job the job's file
 * @param overrides what the command line says instead of it
 * @param out output directory
 * @param patience longest wait for another process
 */
record World(int size, Path job, JobOverrides overrides, Path out, Duration patience) {
    private static final String RANKS = "ranks";

    /**
     * Checks the number.
     *
     * @throws InvalidJobException if no run can have so many
     */
    void check() {
        check(size);
    }

    /** Reads the job as each of the processes has it. */
    TrainingJob readJob() throws IOException {
        return JobReader.read(job, size, overrides);
    }

    static void check(int size) {
        if (size < 1 || size > Share.MOST) {
            throw new InvalidJobException(
                    "--world-size must be in [1, " + Share.MOST + "], got " + size);
        }
    }

    /** The place of the process that a person starts. */
    Share share() {
        return new Share(0, size);
    }

    /** Starts the other processes, if there are any, and waits for them. */
    Ranks open() throws IOException {
        return size == 1
                ? Ranks.alone()
                : Ranks.lead(size, out.resolve(RANKS), patience, command());
    }

    private RankCommand command() {
        return (share, meeting) ->
                JavaCommand.ofMain(TrainerCommand.class.getName())
                        .optionsOfThisJvm()
                        .arguments("run", "--job", job.toString(), "--out", out.toString())
                        .arguments("--world-size", String.valueOf(share.size()))
                        .arguments("--rank", String.valueOf(share.rank()))
                        .arguments("--meeting", meeting.toString())
                        .arguments("--patience", String.valueOf(patience.toSeconds()))
                        .arguments(ParentWatch.OPTION)
                        .arguments(ComputeOptions.arguments(overrides));
    }
}
