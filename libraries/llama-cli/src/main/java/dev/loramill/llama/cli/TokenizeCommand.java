package dev.loramill.llama.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loramill tokenize}: a text as the tokens of a base model. */
@Command(
        name = "tokenize",
        description = "Print the tokens of a text, which is read from standard input unless given.",
        mixinStandardHelpOptions = true)
final class TokenizeCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--base",
            paramLabel = "FILE",
            required = true,
            description = "The GGUF file whose tokenizer is used.")
    @SuppressWarnings("NullAway.Init")
    private Path base;

    @Option(
            names = "--special",
            description = "Read names of control tokens, such as <|im_end|>, as those tokens.")
    private boolean parsesSpecial;

    @Option(names = "--ids", description = "Print the ids alone, as a JSON array.")
    private boolean idsOnly;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text.")
    private @Nullable String text;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        String source = text != null ? text : StandardInput.text();
        try (Tokenizer tokenizer = Tokenizer.open(base)) {
            int[] tokens = tokenizer.encode(source, parsesSpecial);
            if (idsOnly) {
                out.println(JSON.writeValueAsString(tokens));
                return 0;
            }
            for (int token : tokens) {
                String piece = tokenizer.decode(new int[] {token}, true);
                out.printf(
                        Locale.ROOT,
                        "%7d  %s%s%n",
                        token,
                        JSON.writeValueAsString(piece),
                        tokenizer.isControl(token) ? "  control" : "");
            }
            int characters = source.codePointCount(0, source.length());
            out.printf(
                    Locale.ROOT,
                    "%d tokens, %d characters, %d bytes; tokenizer %s%n",
                    tokens.length,
                    characters,
                    source.getBytes(StandardCharsets.UTF_8).length,
                    tokenizer.digest());
        }
        return 0;
    }
}
