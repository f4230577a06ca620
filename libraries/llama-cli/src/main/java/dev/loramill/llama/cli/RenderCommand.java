package dev.loramill.llama.cli;

import com.fasterxml.jackson.core.JacksonException;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatTemplate;
import dev.loramill.llama.template.TrainingExample;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loramill render}: chats as a base model reads them. */
@Command(
        name = "render",
        description = {
            "Print chats as the template of a base model renders them. What is learnt in training"
                    + " stands between ⟦ and ⟧.",
            "A chat is a line of JSON: {\"messages\": [{\"role\": ..., \"content\": ...}]}."
        },
        mixinStandardHelpOptions = true)
final class RenderCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            required = true,
            description = "The GGUF file whose template and tokenizer are used.")
    @SuppressWarnings("NullAway.Init")
    private Path base;

    @Option(
            names = "--prompt",
            description = "Render up to where the assistant is to begin, as serving does.")
    private boolean asPrompt;

    @Option(
            names = "--date",
            paramLabel = "DATE",
            description = "The date that the template sees, default ${DEFAULT-VALUE}.",
            defaultValue = "2024-07-26")
    @SuppressWarnings("NullAway.Init")
    private LocalDate date;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "A JSONL file of chats; standard input unless given.")
    private @Nullable Path file;

    @Override
    public Integer call() throws IOException {
        String source = file != null ? Files.readString(file) : StandardInput.text();
        PrintWriter out = spec.commandLine().getOut();
        try (ChatFormat format = ChatFormat.open(LlamaLibrary.load(), base, date)) {
            int line = 0;
            for (String chat : source.lines().toList()) {
                line++;
                if (!chat.isBlank()) {
                    print(format, chat, line, out);
                }
            }
            ChatTemplate template = format.template();
            out.printf(
                    Locale.ROOT,
                    "template %s, date %s, end of turn %d, beginnings %d%n",
                    template.digest(),
                    template.date(),
                    format.endOfTurn(),
                    format.beginningCount());
        }
        return 0;
    }

    private void print(ChatFormat format, String json, int line, PrintWriter out)
            throws IOException {
        ChatReader chat;
        try {
            chat = ChatReader.read(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "line %d is no JSON: %s".formatted(line, e.getOriginalMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + line + ": " + e.getMessage(), e);
        }
        TrainingExample example =
                format.encode(format.template().render(chat.messages(), chat.tools(), asPrompt));
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < example.length()) {
            boolean isTrained = example.isTrained(at);
            int end =
                    isTrained
                            ? example.trained().nextClearBit(at)
                            : example.trained().nextSetBit(at);
            end = end < 0 ? example.length() : Math.min(end, example.length());
            String part =
                    format.tokenizer().decode(Arrays.copyOfRange(example.tokens(), at, end), true);
            text.append(isTrained ? "⟦" + part + "⟧" : part);
            at = end;
        }
        out.println(text);
        out.printf(
                Locale.ROOT,
                "-- line %d: %d tokens, %d learnt%n",
                line,
                example.length(),
                example.trainedCount());
    }
}
