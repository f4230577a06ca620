package dev.loramill.clean.tokens;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.template.BaseIdentity;
import dev.loramill.llama.template.ChatFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Tokenizer and chat template of a base, out of its own file. Thread-safe. */
public final class BaseTokenizer implements AutoCloseable {
    private final ChatFormat format;
    private final TrainServeContract contract;

    private BaseTokenizer(ChatFormat format, TrainServeContract contract) {
        this.format = format;
        this.contract = contract;
    }

    /**
     * Opens a base's file.
     *
     * @throws IOException when it cannot be read
     * @throws RuntimeException when it is no base that chats can be rendered for
     */
    static BaseTokenizer open(BaseModel base, Path file) throws IOException {
        ChatFormat format = ChatFormat.open(file);
        try {
            BaseIdentity identity = BaseIdentity.of(file, format);
            return new BaseTokenizer(
                    format,
                    new TrainServeContract(
                            base.sha256(),
                            identity.quantization(),
                            identity.architecture(),
                            identity.vocabularySize(),
                            identity.tokenizerDigest(),
                            identity.chatTemplateDigest(),
                            identity.templateDate(),
                            identity.beginningCount(),
                            identity.endOfTurnToken()));
        } catch (IOException | RuntimeException e) {
            format.close();
            throw e;
        }
    }

    /** What training and serving must agree on. */
    public TrainServeContract contract() {
        return contract;
    }

    /** Tokens of a row, rendered as for training. */
    public int length(List<ChatMessage> messages) {
        return format.example(
                        messages.stream()
                                .map(message ->
                                        dev.loramill.llama.template.ChatMessage.of(
                                                message.role(), message.content()))
                                .toList())
                .length();
    }

    @Override
    public void close() {
        format.close();
    }
}
