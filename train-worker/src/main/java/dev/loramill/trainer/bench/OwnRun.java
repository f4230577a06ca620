package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs the trainer in a process of its own, as the agent does, and reads its figures. */
final class OwnRun {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private OwnRun() {}

    static RunFigures run(Path job, Path out, int warmupSteps, PrintWriter table)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                TrainerLaunch.command(
                        "run", "--json", "--job", job.toString(), "--out", out.toString());
        builder.redirectError(out.resolveSibling(out.getFileName() + ".log").toFile());
        Process process = builder.start();
        List<Double> losses = new ArrayList<>();
        double seconds = 0;
        long tokens = 0;
        long tokensBefore = 0;
        JsonNode last = JSON.createObjectNode();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = JSON.readTree(line);
                if (!last.path("type").asText().equals("progress")) {
                    continue;
                }
                losses.add(last.path("loss").asDouble());
                long now = last.path("trainedTokens").asLong();
                if (losses.size() > warmupSteps) {
                    tokens += now - tokensBefore;
                    seconds += (now - tokensBefore) / last.path("tokensPerSecond").asDouble();
                }
                tokensBefore = now;
                table.printf(
                        Locale.ROOT,
                        "  loramill step %d  loss %.4f  %.0f tokens/s%n",
                        losses.size(),
                        losses.getLast(),
                        last.path("tokensPerSecond").asDouble());
                table.flush();
            }
        }
        int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new IOException(
                    "the trainer ended with " + exitCode + ": " + last.path("message").asText());
        }
        return new RunFigures(
                losses,
                tokens / seconds,
                last.path("evalLoss").asDouble(),
                last.path("peakMemoryBytes").asLong());
    }
}
