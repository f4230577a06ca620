package dev.loramill.llama.template;

import dev.loramill.fuzzing.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each template of the model families costs as much as the chat is long. */
class ChatTemplateCostTest {
    private static final Path TEMPLATES = Path.of("src/test/resources/dev/loramill/llama/template");

    static List<Path> templates() throws IOException {
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            return files.filter(file -> file.toString().endsWith(".jinja")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("templates")
    void twiceTheMessagesCostTwiceAtMost(Path file) throws IOException {
        ChatTemplate template = template(file);

        Cost.requireLinear(300, size -> chat(size, 50), chat -> template.render(chat, false));
        Cost.requireLinear(300, size -> question(size, 50), chat -> template.render(chat, true));
    }

    @ParameterizedTest
    @MethodSource("templates")
    void twiceTheTextCostsTwiceAtMost(Path file) throws IOException {
        ChatTemplate template = template(file);

        Cost.requireLinear(40_000, size -> chat(4, size), chat -> template.render(chat, false));
    }

    private static ChatTemplate template(Path file) throws IOException {
        return ChatTemplate.of(Files.readString(file), "<s>", "</s>", ChatTemplate.DEFAULT_DATE);
    }

    private static List<ChatMessage> chat(int messages, int length) {
        List<ChatMessage> chat = new ArrayList<>();
        for (int i = 0; i < messages / 2; i++) {
            chat.add(ChatMessage.user("Why? ".repeat(length / 5)));
            chat.add(ChatMessage.assistant("So. ".repeat(length / 4)));
        }
        return chat;
    }

    private static List<ChatMessage> question(int messages, int length) {
        List<ChatMessage> chat = chat(messages, length);
        chat.add(ChatMessage.user("Why?"));
        return chat;
    }
}
