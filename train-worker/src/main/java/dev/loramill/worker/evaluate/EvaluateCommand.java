package dev.loramill.worker.evaluate;

import dev.loramill.events.EventJson;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.template.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks base and adapter the probe questions; run as a child process.
 *
 * <p>Arguments: the file of an {@link EvaluationJob}, and the file that takes the {@link
 * EvaluationReport}.
 */
public final class EvaluateCommand {
    private EvaluateCommand() {}

    /** Runs the evaluation and writes the report. */
    public static void main(String[] arguments) throws IOException {
        EvaluationJob job =
                EventJson.mapper().readValue(Path.of(arguments[0]).toFile(), EvaluationJob.class);
        EvaluationReport report = evaluate(job);
        Files.write(Path.of(arguments[1]), EventJson.mapper().writeValueAsBytes(report));
    }

    static EvaluationReport evaluate(EvaluationJob job) throws IOException {
        try (LlamaModel model = LlamaModel.load(Path.of(job.base()), LlamaModelOptions.defaults());
                ChatFormat format = ChatFormat.of(model, ChatTemplate.DEFAULT_DATE);
                LoraAdapter adapter = LoraAdapter.load(model, Path.of(job.adapter()))) {
            List<int[]> prompts =
                    job.probes().stream()
                            .map(probe -> format.prompt(messages(job, probe)))
                            .toList();
            int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(1);
            int contextLength = Math.min(model.contextLength(), longest + job.maxTokens() + 1);
            int room = contextLength - longest - 1;
            if (room < 1) {
                throw new IllegalArgumentException(
                        "the longest probe has %d tokens, the base's context only %d: shorten it"
                                .formatted(longest, model.contextLength()));
            }
            int maxTokens = Math.min(job.maxTokens(), room);
            try (AnswerEngine engine =
                    new AnswerEngine(model, format, contextLength, maxTokens, job.threads())) {
                return compare(job, prompts, engine, adapter, maxTokens);
            }
        }
    }

    private static EvaluationReport compare(
            EvaluationJob job,
            List<int[]> prompts,
            AnswerEngine engine,
            LoraAdapter adapter,
            int maxTokens) {
        List<Generation> ofBase = new ArrayList<>();
        List<float[]> logitsOfBase = new ArrayList<>();
        for (int[] prompt : prompts) {
            logitsOfBase.add(engine.logitsAfter(prompt));
            ofBase.add(engine.answer(prompt));
        }
        engine.setAdapters(List.of(new ScaledAdapter(adapter, 1)));
        List<ProbeAnswer> answers = new ArrayList<>();
        double difference = 0;
        for (int i = 0; i < prompts.size(); i++) {
            float[] logits = engine.logitsAfter(prompts.get(i));
            difference = Math.max(difference, greatestDifference(logitsOfBase.get(i), logits));
            answers.add(
                    new ProbeAnswer(
                            job.probes().get(i), ofBase.get(i), engine.answer(prompts.get(i))));
        }
        engine.setAdapters(List.of());
        return new EvaluationReport(difference, answers, "greedy,max_tokens=" + maxTokens);
    }

    private static double greatestDifference(float[] left, float[] right) {
        double greatest = 0;
        for (int i = 0; i < left.length; i++) {
            greatest = Math.max(greatest, Math.abs(left[i] - right[i]));
        }
        return greatest;
    }

    private static List<ChatMessage> messages(EvaluationJob job, String probe) {
        List<ChatMessage> messages = new ArrayList<>();
        String systemPrompt = job.systemPrompt();
        if (systemPrompt != null) {
            messages.add(ChatMessage.system(systemPrompt));
        }
        messages.add(ChatMessage.user(probe));
        return messages;
    }
}
