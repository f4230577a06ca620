package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.data.Document;
import dev.loramill.trainer.export.AdapterExport;
import dev.loramill.trainer.job.LearningRateSchedule;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.Architecture;
import dev.loramill.trainer.tensor.MatrixArena;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Runs the same steps in PEFT: same base file, same initial adapter, same rows in each batch. */
final class PeftRun {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SCRIPT = "peft_bench.py";

    private PeftRun() {}

    static RunFigures run(
            PreparedRun run, String python, Path directory, int warmupSteps, PrintWriter table)
            throws IOException, InterruptedException {
        Path adapter = directory.resolve("initial");
        writeInitialAdapter(run, adapter);
        Path plan = directory.resolve("plan.json");
        JSON.writeValue(plan.toFile(), plan(run, adapter));
        Path script = directory.resolve(SCRIPT);
        try (InputStream source = PeftRun.class.getResourceAsStream(SCRIPT)) {
            Files.copy(Objects.requireNonNull(source, SCRIPT), script);
        }
        Path log = directory.resolve("peft.log");
        Process process =
                new ProcessBuilder(python, script.toString(), plan.toString())
                        .redirectError(log.toFile())
                        .start();
        List<Double> losses = new ArrayList<>();
        long tokens = 0;
        double seconds = 0;
        JsonNode last = JSON.createObjectNode();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = JSON.readTree(line);
                if (!last.has("step")) {
                    continue;
                }
                losses.add(last.path("loss").asDouble());
                if (losses.size() > warmupSteps) {
                    tokens += last.path("tokens").asLong();
                    seconds += last.path("seconds").asDouble();
                }
                table.printf(
                        Locale.ROOT,
                        "  PEFT step %d  loss %.4f  %.0f tokens/s%n",
                        losses.size(),
                        losses.getLast(),
                        last.path("tokens").asLong() / last.path("seconds").asDouble());
                table.flush();
            }
        }
        int exitCode = process.waitFor();
        if (exitCode != 0 || !last.has("evalLoss")) {
            List<String> errors = Files.readAllLines(log);
            throw new IOException(
                    "PEFT ended with "
                            + exitCode
                            + ": "
                            + (errors.isEmpty() ? "" : errors.getLast()));
        }
        return new RunFigures(
                losses,
                tokens / seconds,
                last.path("evalLoss").asDouble(),
                last.path("peakMemoryBytes").asLong());
    }

    private static void writeInitialAdapter(PreparedRun run, Path directory) throws IOException {
        try (MatrixArena arena = new MatrixArena(1)) {
            LoraParameters parameters =
                    new LoraParameters(
                            new LoraLayout(run.weights().shape(), run.job().lora()), arena);
            parameters.initialize(run.job().seed());
            new AdapterExport(
                            run.weights().shape(),
                            Architecture.of(run.weights().shape().architecture()).orElseThrow(),
                            run.job().lora(),
                            parameters)
                    .writePeft(directory, "base");
        }
    }

    private static ObjectNode plan(PreparedRun run, Path adapter) {
        LearningRateSchedule schedule = run.job().optimizer().scheduleOf(run.totalSteps());
        ObjectNode plan = JSON.createObjectNode();
        plan.put("base", run.job().base().toAbsolutePath().toString());
        plan.put("adapter", adapter.toString());
        plan.put("threads", run.job().threads());
        plan.put("seed", run.job().seed());
        plan.put("precision", run.precision().label());
        plan.put("learningRate", run.job().optimizer().learningRate());
        plan.put("weightDecay", run.job().optimizer().weightDecay());
        plan.put("schedule", schedule.kind().name().toLowerCase(Locale.ROOT));
        plan.put("warmupSteps", schedule.warmupSteps());
        plan.put("totalSteps", run.totalSteps());
        plan.put("gradientClip", run.job().optimizer().gradientClip());
        ArrayNode batches = plan.putArray("batches");
        for (int step = 0; step < run.totalSteps(); step++) {
            run.plan().documents(step).forEach(batch -> batches.add(documents(batch)));
        }
        ArrayNode evaluation = plan.putArray("evalBatches");
        for (int step = 0; step < run.evalPlan().stepCount(); step++) {
            run.evalPlan().documents(step).forEach(batch -> evaluation.add(documents(batch)));
        }
        return plan;
    }

    private static ArrayNode documents(List<Document> batch) {
        ArrayNode documents = JSON.createArrayNode();
        for (Document document : batch) {
            ObjectNode node = documents.addObject();
            ArrayNode tokens = node.putArray("tokens");
            ArrayNode labels = node.putArray("labels");
            for (int i = 0; i < document.length(); i++) {
                tokens.add(document.token(i));
                labels.add(document.isLabel(i) ? 1 : 0);
            }
        }
        return documents;
    }
}
