package dev.loramill.trainer.evaluate;

import dev.loramill.events.EventJson;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;
import dev.loramill.events.trainer.EvaluationJob;
import dev.loramill.events.trainer.EvaluationReport;
import dev.loramill.events.trainer.TrainerLine;
import dev.loramill.events.trainer.WorkSign;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.template.ChatTemplate;
import dev.loramill.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks base and adapter the probe questions. */
@Command(
        name = "evaluate",
        description =
                "Asks a base and an adapter on it the same questions and writes down both answers.",
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(names = "--job", required = true, description = "What to ask, a JSON file.")
    private Path job;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(names = "--out", required = true, description = "Takes the report, a JSON file.")
    private Path out;

    @Option(names = ParentWatch.OPTION, description = "End at once when the standard input ends.")
    private boolean exitsWithParent;

    @Override
    public Integer call() throws IOException {
        if (exitsWithParent) {
            ParentWatch.start();
        }
        EvaluationReport report =
                evaluate(
                        EventJson.mapper().readValue(job.toFile(), EvaluationJob.class),
                        line -> System.out.println(line.toJson()));
        Files.write(out, EventJson.mapper().writeValueAsBytes(report));
        return 0;
    }

    static EvaluationReport evaluate(
            EvaluationJob job, Consumer<? super TrainerLine.Working> listener) throws IOException {
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
                    new AnswerEngine(
                            model,
                            format,
                            contextLength,
                            maxTokens,
                            job.threads(),
                            new WorkSign(listener))) {
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
