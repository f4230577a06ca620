package dev.loramill.llama.template;

import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.RefusedFileException;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.jinja.Text;
import dev.loramill.llama.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Chats as the tokens of one model: the one way from messages to token ids, for training and for
 * serving.
 *
 * <p>Names of control tokens become those tokens only where the template wrote them; in a message
 * they stay plain text, so nobody can write the end of a turn. An answer is tokenized apart from
 * the prompt before it, so the prompt of an example has exactly the tokens that serving gives to
 * the model. Safe for use by any number of threads.
 */
public final class ChatFormat implements AutoCloseable {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;
    private final ControlTokenNames names;
    private final boolean joinsAcrossBorders;
    private final int longestToken;
    private final int beginningCount;
    private final OptionalInt endOfTurn;

    private ChatFormat(ChatTemplate template, Tokenizer tokenizer, boolean joinsAcrossBorders) {
        this.template = template;
        this.tokenizer = tokenizer;
        this.names = new ControlTokenNames(tokenizer);
        this.joinsAcrossBorders = joinsAcrossBorders;
        this.longestToken = longestToken(tokenizer);
        List<ChatMessage> probe = List.of(ChatMessage.user("a"), ChatMessage.assistant("b"));
        RenderedChat rendered = template.render(probe, false);
        this.beginningCount = beginnings(rendered) > 0 || tokenizer.addsBeginning() ? 1 : 0;
        ControlTokenNames.Found end =
                endOfTurn(
                        rendered, new InputRuns(rendered.marked()), rendered.answers().getFirst());
        this.endOfTurn = end == null ? OptionalInt.empty() : OptionalInt.of(end.token());
    }

    /**
     * Opens the tokenizer and the template of a GGUF file, with {@link ChatTemplate#DEFAULT_DATE}.
     *
     * @throws RefusedFileException if the file is no sound base model
     * @throws InvalidGgufException if it has no chat template
     * @throws TemplateException if the template is malformed or refuses a plain chat
     */
    public static ChatFormat open(Path path) throws IOException {
        return open(LlamaLibrary.load(), path, ChatTemplate.DEFAULT_DATE);
    }

    /**
     * Opens the tokenizer and the template of a GGUF file.
     *
     * @throws RefusedFileException if the file is no sound base model
     * @throws InvalidGgufException if it has no chat template
     * @throws TemplateException if the template is malformed or refuses a plain chat
     */
    public static ChatFormat open(LlamaLibrary library, Path path, LocalDate date)
            throws IOException {
        Tokenizer tokenizer = Tokenizer.open(library, path);
        boolean opened = false;
        try {
            ChatFormat format = of(path, date, tokenizer);
            opened = true;
            return format;
        } finally {
            if (!opened) {
                tokenizer.close();
            }
        }
    }

    /**
     * The format of a model that is loaded already; it works as long as the model is open, and
     * closing it does nothing.
     */
    public static ChatFormat of(LlamaModel model, LocalDate date) throws IOException {
        return of(model.path(), date, Tokenizer.of(model));
    }

    private static ChatFormat of(Path path, LocalDate date, Tokenizer tokenizer)
            throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            return new ChatFormat(
                    ChatTemplate.of(file.metadata(), date),
                    tokenizer,
                    !file.metadata().string("tokenizer.ggml.model").equals("gpt2"));
        }
    }

    /** The tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The template. */
    public ChatTemplate template() {
        return template;
    }

    /** Tokens that begin a text (BOS) in a rendered chat: 0 or 1. */
    public int beginningCount() {
        return beginningCount;
    }

    /**
     * The token that ends the assistant's turn in the template.
     *
     * @throws TemplateException if the template writes none that generation ends at
     */
    public int endOfTurn() {
        return endOfTurn.orElseThrow(() ->
                new TemplateException(
                        "the chat template writes no token after an answer that generation ends at"));
    }

    /**
     * The tokens that the model is to continue with an answer.
     *
     * @throws TemplateException if the template refuses the messages
     */
    public int[] prompt(List<ChatMessage> messages) {
        return prompt(messages, List.of());
    }

    /**
     * The tokens that the model is to continue with an answer.
     *
     * @throws TemplateException if the template refuses the messages
     */
    public int[] prompt(List<ChatMessage> messages, List<? extends Map<String, ?>> tools) {
        return encode(template.render(messages, tools, true)).tokens();
    }

    /**
     * The fewest tokens that so many characters can have, since no token stands for more than its
     * own characters: what is too long even so needs no tokenizing.
     */
    public long fewestTokens(long charCount) {
        return Math.ceilDiv(charCount, longestToken);
    }

    private static int longestToken(Tokenizer tokenizer) {
        // Each character has a byte at least, and an unknown one may be a token.
        int longest = 4;
        for (int token = 0; token < tokenizer.vocabularySize(); token++) {
            longest = Math.max(longest, tokenizer.byteCount(token));
        }
        return longest;
    }

    /**
     * The tokens of a whole chat, of which the assistant's are to be learnt.
     *
     * @throws TemplateException if the template refuses the messages
     */
    public TrainingExample example(List<ChatMessage> messages) {
        return example(messages, List.of());
    }

    /**
     * The tokens of a whole chat, of which the assistant's are to be learnt.
     *
     * @throws TemplateException if the template refuses the messages
     */
    public TrainingExample example(
            List<ChatMessage> messages, List<? extends Map<String, ?>> tools) {
        return encode(template.render(messages, tools, false));
    }

    /**
     * The tokens of a chat that was rendered with this template.
     *
     * @throws TemplateException if it holds more than one token that begins a text
     */
    public TrainingExample encode(RenderedChat chat) {
        List<int[]> pieces = new ArrayList<>();
        BitSet trained = new BitSet();
        int count = 0;
        int beginnings = beginnings(chat);
        if (beginnings > 1) {
            throw new TemplateException(
                    "the chat template writes the token that begins a text %d times"
                            .formatted(beginnings));
        }
        if (beginnings == 0 && beginningCount == 1) {
            pieces.add(new int[] {tokenizer.beginning().orElseThrow()});
            count++;
        }
        InputRuns input = new InputRuns(chat.marked());
        StretchEncoder stretches =
                new StretchEncoder(tokenizer, names, joinsAcrossBorders, chat, input);
        int at = 0;
        for (RenderedChat.Answer answer : chat.answers()) {
            count += stretches.encode(at, answer.start(), pieces);
            ControlTokenNames.Found end = endOfTurn(chat, input, answer);
            int stop = end == null ? answer.end() : end.end();
            int length = stretches.encode(answer.start(), stop, pieces);
            trained.set(count, count + length);
            count += length;
            at = stop;
        }
        count += stretches.encode(at, chat.text().length(), pieces);
        int[] tokens = new int[count];
        int filled = 0;
        for (int[] piece : pieces) {
            System.arraycopy(piece, 0, tokens, filled, piece.length);
            filled += piece.length;
        }
        return new TrainingExample(tokens, trained);
    }

    private static int beginnings(RenderedChat chat) {
        int count = 0;
        for (Text.Run run : chat.marked().runs()) {
            if (run.origin() == ChatTemplate.BEGINNING) {
                count++;
            }
        }
        return count;
    }

    /** The token that ends the turn of an answer: the first such behind it, before other words. */
    private ControlTokenNames.@Nullable Found endOfTurn(
            RenderedChat chat, InputRuns input, RenderedChat.Answer answer) {
        int limit = input.nextStart(answer.end(), chat.text().length());
        List<ControlTokenNames.Found> ends = new ArrayList<>();
        names.find(
                chat.text(),
                answer.end(),
                limit,
                found -> {
                    if (tokenizer.isEndOfGeneration(found.token())) {
                        ends.add(found);
                    }
                    return ends.isEmpty();
                });
        return ends.isEmpty() ? null : ends.getFirst();
    }

    /** Closes the tokenizer if it was opened with the format. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
