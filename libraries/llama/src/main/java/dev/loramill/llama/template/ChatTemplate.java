package dev.loramill.llama.template;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufMetadata;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.jinja.JinjaTemplate;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.jinja.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The chat template inside a GGUF file, rendered with a pinned date. Immutable; safe for use by any
 * number of threads.
 */
public final class ChatTemplate {
    /** The date that templates are rendered with unless another is asked for. */
    public static final LocalDate DEFAULT_DATE = LocalDate.of(2024, 7, 26);

    /** The origin of the token that begins a text. */
    static final int BEGINNING = -2;

    /** The origin of descriptions of tools. */
    static final int TOOLS = -3;

    private static final String KEY = "tokenizer.chat_template";
    private static final DateTimeFormatter DATE_STRING =
            DateTimeFormatter.ofPattern("dd MMM yyyy", Locale.ENGLISH);

    private final JinjaTemplate template;
    private final String digest;
    private final LocalDate date;
    private final String beginning;
    private final String end;

    private ChatTemplate(
            JinjaTemplate template, String digest, LocalDate date, String beginning, String end) {
        this.template = template;
        this.digest = digest;
        this.date = date;
        this.beginning = beginning;
        this.end = end;
    }

    /**
     * Makes a template of its source.
     *
     * @param beginning name of the token that begins a text, or empty
     * @param end name of the token that ends a text, or empty
     * @throws TemplateException if the source is malformed
     */
    public static ChatTemplate of(String source, String beginning, String end, LocalDate date) {
        return new ChatTemplate(JinjaTemplate.parse(source), sha256(source), date, beginning, end);
    }

    /**
     * Reads the template of a GGUF file, to be rendered with {@link #DEFAULT_DATE}.
     *
     * @throws InvalidGgufException if the file has none
     * @throws TemplateException if it is malformed
     */
    public static ChatTemplate open(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            return of(file.metadata(), DEFAULT_DATE);
        }
    }

    /**
     * Reads the template of a GGUF file.
     *
     * @throws InvalidGgufException if the file has none
     * @throws TemplateException if it is malformed
     */
    public static ChatTemplate of(GgufMetadata metadata, LocalDate date) {
        return of(
                metadata.string(KEY),
                tokenName(metadata, "tokenizer.ggml.bos_token_id"),
                tokenName(metadata, "tokenizer.ggml.eos_token_id"),
                date);
    }

    private static String tokenName(GgufMetadata metadata, String key) {
        List<String> tokens = metadata.findStrings("tokenizer.ggml.tokens").orElse(List.of());
        long id = metadata.findInteger(key).orElse(-1L);
        return id >= 0 && id < tokens.size() ? tokens.get((int) id) : "";
    }

    /** SHA-256 of the template's source, as 64 lower-case hexadecimal digits. */
    public String digest() {
        return digest;
    }

    /** The date that the template is rendered with. */
    public LocalDate date() {
        return date;
    }

    /**
     * Renders messages.
     *
     * @param addGenerationPrompt whether the text ends where the assistant is to begin
     * @throws TemplateException if the template refuses the messages
     */
    public RenderedChat render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return render(messages, List.of(), addGenerationPrompt);
    }

    /**
     * Renders messages and descriptions of tools.
     *
     * @param tools in OpenAI's form: {@code type} and {@code function} with its JSON Schema
     * @param addGenerationPrompt whether the text ends where the assistant is to begin
     * @throws TemplateException if the template refuses the messages
     */
    public RenderedChat render(
            List<ChatMessage> messages,
            List<? extends Map<String, ?>> tools,
            boolean addGenerationPrompt) {
        Text text = renderText(messages, tools, addGenerationPrompt);
        return new RenderedChat(
                text,
                new AnswerBorders(
                                messages,
                                text,
                                message -> prompt(messages.subList(0, message), tools))
                        .find());
    }

    private @Nullable Text prompt(List<ChatMessage> before, List<? extends Map<String, ?>> tools) {
        try {
            return renderText(before, tools, true);
        } catch (TemplateException e) {
            // Some templates refuse chats that begin with the assistant, or end otherwise.
            return null;
        }
    }

    private Text renderText(
            List<ChatMessage> messages,
            List<? extends Map<String, ?>> tools,
            boolean addGenerationPrompt) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        List<@Nullable Object> converted = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            converted.add(message(messages.get(i), i));
        }
        variables.put("messages", converted);
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put("bos_token", Text.of(beginning, BEGINNING));
        variables.put("eos_token", end);
        variables.put("date_string", DATE_STRING.format(date));
        variables.put("tools", tools.isEmpty() ? null : marked(tools, TOOLS));
        return template.render(variables, date);
    }

    private static Map<String, @Nullable Object> message(ChatMessage message, int index) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("role", message.role());
        map.put("content", marked(message.content(), index));
        if (message.name() != null) {
            map.put("name", marked(message.name(), index));
        }
        if (message.toolCallId() != null) {
            map.put("tool_call_id", marked(message.toolCallId(), index));
        }
        if (!message.toolCalls().isEmpty()) {
            List<@Nullable Object> calls = new ArrayList<>();
            for (ToolCall call : message.toolCalls()) {
                Map<String, @Nullable Object> converted = new LinkedHashMap<>();
                converted.put("type", "function");
                if (call.id() != null) {
                    converted.put("id", marked(call.id(), index));
                }
                Map<String, @Nullable Object> function = new LinkedHashMap<>();
                function.put("name", marked(call.name(), index));
                function.put("arguments", marked(call.arguments(), index));
                converted.put("function", function);
                calls.add(converted);
            }
            map.put("tool_calls", calls);
        }
        return map;
    }

    /** The same value, in which all strings carry an origin. */
    private static @Nullable Object marked(@Nullable Object value, int origin) {
        return switch (value) {
            case String string -> Text.of(string, origin);
            case Map<?, ?> map -> {
                Map<@Nullable Object, @Nullable Object> converted = new LinkedHashMap<>();
                map.forEach((key, v) -> converted.put(marked(key, origin), marked(v, origin)));
                yield converted;
            }
            case List<?> list -> {
                List<@Nullable Object> converted = new ArrayList<>(list.size());
                list.forEach(element -> converted.add(marked(element, origin)));
                yield converted;
            }
            case null, default -> value;
        };
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
