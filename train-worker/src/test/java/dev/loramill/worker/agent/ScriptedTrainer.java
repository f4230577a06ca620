package dev.loramill.worker.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.EventJson;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.trainer.evaluate.EvaluateCommand;
import dev.loramill.trainer.launch.ParentWatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/**
 * Speaks the trainer's side of the protocol without training: the seed of the job says how it
 * behaves, so that each failure can be had at will. The evaluation is the real one.
 */
public final class ScriptedTrainer {
    /** Dies at its first start, after a checkpoint. */
    static final int CRASHES_ONCE = 1;

    /** Dies at every start. */
    static final int CRASHES_ALWAYS = 2;

    /** Reports a NaN loss. */
    static final int DIVERGES = 3;

    /** Makes one step and then none until it is killed. */
    static final int HANGS = 4;

    private ScriptedTrainer() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("evaluate")) {
            List<String> rest = List.of(arguments).subList(1, arguments.length);
            System.exit(
                    new CommandLine(new EvaluateCommand()).execute(rest.toArray(String[]::new)));
        }
        ParentWatch.start();
        JsonNode job = EventJson.mapper().readTree(Path.of(valueOf("--job", arguments)).toFile());
        Path directory = Path.of(valueOf("--out", arguments));
        int seed = job.path("seed").asInt();
        Path checkpoint = directory.resolve("checkpoint-2.bin");
        boolean isResumed = Files.exists(checkpoint);
        say(
                "{'type':'started','device':'cpu','totalSteps':4,'resumedFromStep':%d}",
                isResumed ? 2 : 0);
        say("{'type':'evaluated','step':0,'evalLoss':3.5,'tokenAccuracy':0.1}");
        for (int step = isResumed ? 3 : 1; step <= 4; step++) {
            say(
                    "{'type':'progress','step':%d,'totalSteps':4,'loss':%s,'learningRate':0.001,"
                            + "'tokensPerSecond':100,'trainedTokens':%d,'memoryBytes':1000,"
                            + "'etaSeconds':1}",
                    step, 3.0 / step, step * 64);
            if (seed == DIVERGES && step == 2) {
                say(
                        "{'type':'failed','category':'invalid input','message':'loss is NaN at step 2'}");
                System.exit(3);
            }
            if (seed == HANGS) {
                Thread.sleep(600_000);
            }
            if (step == 2) {
                Files.writeString(checkpoint, "step 2");
                say("{'type':'checkpointed','step':2,'path':'checkpoint-2.bin','sha256':''}");
                if (seed == CRASHES_ALWAYS || seed == CRASHES_ONCE) {
                    Runtime.getRuntime().halt(137);
                }
            }
            if (seed == CRASHES_ALWAYS) {
                Runtime.getRuntime().halt(137);
            }
        }
        ModelHyperparameters base;
        try (GgufFile file = GgufFile.open(Path.of(job.at("/base/path").asText()))) {
            base = ModelHyperparameters.read(file);
        }
        TinyAdapter.random(base, 5).write(directory.resolve("adapter.gguf"));
        Files.createDirectories(directory.resolve("peft"));
        Files.writeString(directory.resolve("peft/adapter_config.json"), "{}");
        say("{'type':'evaluated','step':4,'evalLoss':2.5,'tokenAccuracy':0.3}");
        say(
                "{'type':'finished','adapter':'adapter.gguf','adapterSha256':'','peft':'peft',"
                        + "'baseEvalLoss':3.5,'evalLoss':2.5,'steps':4,'trainedTokens':256,"
                        + "'wallSeconds':1.5,'peakMemoryBytes':1000}");
    }

    private static String valueOf(String option, String[] arguments) {
        return arguments[List.of(arguments).indexOf(option) + 1];
    }

    private static void say(String format, Object... arguments) {
        System.out.println(format.formatted(arguments).replace('\'', '"'));
    }
}
