package dev.loramill.trainer.stress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.trainer.launch.TrainerCommandLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
    private static final JsonMapper JSON = JsonMapper.builder().build();
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
        List<String> arguments =
                List.of(
                        "run",
                        "--json",
                        "--exit-with-parent",
                        "--job",
                        job.toString(),
                        "--out",
                        out.toString(),
                        "--world-size",
                        String.valueOf(worldSize));
        Process process =
                new ProcessBuilder(TrainerCommandLine.likeThisProcess(arguments))
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(
                                        out.resolveSibling(out.getFileName() + ".log").toFile()))
                        .start();
        int first = 0;
        int last = 0;
        boolean isKilled = false;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = JSON.readTree(line);
                String type = event.path("type").asText();
                if (type.equals("started")) {
                    first = event.path("resumedFromStep").asInt();
                    last = first;
                } else if (type.equals("progress")) {
                    last = event.path("step").asInt();
                    if (last >= killAfterStep && !isKilled) {
                        isKilled = true;
                        Thread.sleep(Duration.ofMillis(random.nextInt(LONGEST_DELAY_MILLIS)));
                        killOne(process, random);
                    }
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return new End(process.exitValue(), first, last);
    }

    private static void killOne(Process process, SplittableRandom random) {
        List<ProcessHandle> all =
                new ArrayList<>(
                        Stream.concat(Stream.of(process.toHandle()), process.children()).toList());
        all.get(random.nextInt(all.size())).destroyForcibly();
    }
}
