package dev.loramill.trainer.bench;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import dev.loramill.trainer.cli.LaunchSettings;
import dev.loramill.trainer.data.Document;
import dev.loramill.trainer.export.AdapterExport;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.LearningRateSchedule;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.Architecture;
import dev.loramill.trainer.tensor.MatrixArena;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Runs the same steps in PEFT: same base file, same initial adapter, same rows in each batch. */
final class PeftRun {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SCRIPT = "peft_bench.py";

    private final String python;
    private final Path script;

    private PeftRun(String python, Path script) {
        this.python = python;
        this.script = script;
    }

    /**
     * Finds out, before anything is measured, whether an interpreter can do it.
     *
     * @param directory takes the script
     * @throws InvalidJobException if it cannot be started or lacks a library
     */
    static PeftRun of(String python, Path directory) throws IOException, InterruptedException {
        Path script = directory.resolve(SCRIPT);
        try (InputStream source = PeftRun.class.getResourceAsStream(SCRIPT)) {
            Files.copy(Objects.requireNonNull(source, SCRIPT), script);
        }
        List<String> said = new ArrayList<>();
        int status;
        try (ChildProcess check =
                ChildCommand.of(List.of(python, script.toString(), "--check"))
                        .outputAndErrors(Redirect.PIPE)
                        .start()) {
            status = check.readLines(said::add);
        } catch (IOException e) {
            throw new InvalidJobException(
                    "--python \""
                            + python
                            + "\" cannot be started; name a Python 3 that has torch, transformers and"
                            + " peft");
        }
        if (status != 0) {
            throw new InvalidJobException(
                    "--python \""
                            + python
                            + "\" cannot run PEFT: "
                            + String.join("\n", said).strip());
        }
        return new PeftRun(python, script);
    }

    /**
     * Trains in PEFT, and lets it evaluate another adapter beside its own.
     *
     * @param other folder in PEFT's format of the adapter that we have trained
     * @throws IOException if the process fails
     */
    PeftFigures run(PreparedRun run, Path other, Path directory, int warmupSteps, PrintWriter table)
            throws IOException, InterruptedException {
        Path adapter = directory.resolve("initial");
        writeInitialAdapter(run, adapter);
        Path plan = directory.resolve("plan.json");
        JSON.writeValue(plan.toFile(), plan(run, adapter, other));
        ChildCommand command =
                ChildCommand.of(List.of(python, script.toString(), plan.toString()))
                        // What this process was started with suits the trainer; PEFT runs as a
                        // person starts it.
                        .withoutEnvironment(LaunchSettings.environment().keySet());
        SideProcess process =
                new SideProcess("PEFT", command, directory.resolve("peft.log"), table);
        Printed printed = new Printed(process);
        List<StepFigures> steps = process.run(printed::stepOf);
        return new PeftFigures(
                RunFigures.of(
                        steps,
                        warmupSteps,
                        printed.last.path("evalLoss").asDouble(),
                        printed.last.path("peakMemoryBytes").asLong()),
                printed.last.path("adapterEvalLoss").asDouble(),
                printed.last.path("otherAdapterEvalLoss").asDouble(),
                tokensPerRealToken(run));
    }

    private static double tokensPerRealToken(PreparedRun run) {
        long computed = 0;
        long real = 0;
        for (int step = 0; step < run.totalSteps(); step++) {
            for (List<Document> batch : run.plan().documents(step)) {
                int longest = batch.stream().mapToInt(Document::length).max().orElse(0);
                computed += (long) longest * batch.size();
                real += batch.stream().mapToLong(Document::length).sum();
            }
        }
        return (double) computed / real;
    }

    /** What the script prints: JSON objects, of which the last has the results. */
    private static final class Printed {
        private final SideProcess process;
        private JsonNode last = JSON.createObjectNode();

        Printed(SideProcess process) {
            this.process = process;
        }

        Optional<StepFigures> stepOf(String line) {
            last = parse(line);
            if (last.has("state")) {
                process.say(last.path("state").asText());
            }
            return last.has("step")
                    ? Optional.of(
                            new StepFigures(
                                    last.path("loss").asDouble(),
                                    last.path("tokens").asLong(),
                                    last.path("seconds").asDouble(),
                                    Map.of()))
                    : Optional.empty();
        }

        private static JsonNode parse(String line) {
            try {
                return JSON.readTree(line);
            } catch (JacksonException e) {
                // A library's own words between the lines say nothing about the measurement.
                return JSON.createObjectNode();
            }
        }
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

    private static ObjectNode plan(PreparedRun run, Path adapter, Path other) {
        LearningRateSchedule schedule = run.job().optimizer().scheduleOf(run.totalSteps());
        ObjectNode plan = JSON.createObjectNode();
        plan.put("base", run.job().base().toAbsolutePath().toString());
        plan.put("adapter", adapter.toString());
        plan.put("otherAdapter", other.toString());
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
