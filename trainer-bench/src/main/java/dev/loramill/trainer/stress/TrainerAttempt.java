package dev.loramill.trainer.stress;

import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import dev.loramill.process.ParentWatch;
import dev.loramill.trainer.cli.TrainerCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One start of the trainer on a directory, which may be killed in the middle.
 *
 * @param job the job's file
 * @param out output directory
 * @param worldSize processes of the run
 */
record TrainerAttempt(Path job, Path out, int worldSize) {
    private static final int LONGEST_DELAY_MILLIS = 40;

    /**
     * How the attempt ended.
     *
     * @param exitCode of its first process
     * @param firstStep steps taken by earlier attempts
     * @param lastStep steps taken at its end
     */
    record End(int exitCode, int firstStep, int lastStep) {}

    /** Lets it train to its end. */
    End run() throws IOException, InterruptedException {
        return run(Integer.MAX_VALUE, new SplittableRandom(0));
    }

    /** Kills one of its processes a random time after a step, wherever it is then. */
    End runAndKill(int afterStep, SplittableRandom random)
            throws IOException, InterruptedException {
        return run(afterStep, random);
    }

    private End run(int killAfterStep, SplittableRandom random)
            throws IOException, InterruptedException {
        Path log = out.resolveSibling(out.getFileName() + ".log");
        ChildCommand command =
                JavaCommand.ofMain(TrainerCommand.class.getName())
                        .optionsOfThisJvm()
                        .arguments("run", "--json", ParentWatch.OPTION)
                        .arguments("--job", job.toString(), "--out", out.toString())
                        .arguments("--world-size", String.valueOf(worldSize))
                        .child()
                        .errors(Redirect.appendTo(log.toFile()));
        try (ChildProcess process = command.start()) {
            Disturbance disturbance = new Disturbance(process, killAfterStep, random);
            int status = process.readLines(disturbance::take);
            return new End(status, disturbance.firstStep, disturbance.lastStep);
        }
    }

    /** Follows the steps of a process, and kills it or a child of it after one of them. */
    private static final class Disturbance {
        private final ChildProcess process;
        private final int killAfterStep;
        private final SplittableRandom random;
        private int firstStep;
        private int lastStep;
        private boolean isDone;

        Disturbance(ChildProcess process, int killAfterStep, SplittableRandom random) {
            this.process = process;
            this.killAfterStep = killAfterStep;
            this.random = random;
        }

        void take(String line) throws InterruptedException {
            switch (TrainerLine.read(line)) {
                case TrainerLine.Started started -> {
                    firstStep = started.resumedFromStep();
                    lastStep = firstStep;
                }
                case TrainerLine.Progressed progressed -> {
                    lastStep = progressed.step();
                    if (lastStep >= killAfterStep && !isDone) {
                        isDone = true;
                        Thread.sleep(Duration.ofMillis(random.nextInt(LONGEST_DELAY_MILLIS)));
                        killOne();
                    }
                }
                default -> {}
            }
        }

        private void killOne() {
            ProcessHandle leading = process.handle();
            List<ProcessHandle> all =
                    Stream.concat(Stream.of(leading), leading.children()).toList();
            all.get(random.nextInt(all.size())).destroyForcibly();
        }
    }
}
