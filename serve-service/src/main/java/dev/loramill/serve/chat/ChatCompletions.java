package dev.loramill.serve.chat;

import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.serve.adapter.ServedModel;
import dev.loramill.serve.adapter.ServedModels;
import dev.loramill.serve.engine.Admission;
import dev.loramill.serve.engine.Engine;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.serve.engine.GenerationRequest;
import dev.loramill.serve.engine.TokenLogprobs;
import dev.loramill.serve.openai.ApiException;
import dev.loramill.serve.stream.AnswerEvent;
import dev.loramill.serve.stream.AnswerStream;
import dev.loramill.serve.stream.EventStream;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers conversations: finds the model, renders the prompt, and puts the answer together. */
@Singleton
class ChatCompletions {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(5);

    private final EngineLifecycle lifecycle;
    private final ServedModels models;

    ChatCompletions(EngineLifecycle lifecycle, ServedModels models) {
        this.lifecycle = lifecycle;
        this.models = models;
    }

    /**
     * Checks the body of a request.
     *
     * @throws ApiException when it is wrong, or nothing can be answered now
     */
    ChatRequest read(byte[] body) {
        return new ChatRequestReader(engine().tokenizer().vocabularySize()).read(body);
    }

    /**
     * Begins to answer.
     *
     * @throws ApiException when the model is not known, the prompt does not fit, or there is no
     *     room
     */
    OpenAnswer open(ChatRequest request) {
        Engine engine = engine();
        ServedModel model = find(request.model());
        int[] prompt = prompt(engine, request);
        return switch (engine.submit(generation(model, prompt, request))) {
            case Admission.Accepted(var generation) ->
                    new OpenAnswer(
                            "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                            Instant.now(),
                            model.name(),
                            fingerprint(engine, model),
                            prompt.length,
                            new AnswerStream(generation, engine.tokenizer(), request.stop()),
                            engine.tokenizer());
            case Admission.QueueFull(int limit) ->
                    throw ApiException.unavailable(
                            "%d requests wait already, no more are taken; try again in a moment"
                                    .formatted(limit),
                            "overloaded",
                            SOON);
            case Admission.PromptTooLong(int tokenCount, int limit) ->
                    throw ApiException.invalid(
                            "messages have %d tokens, the context has room for %d tokens of prompt and answer together; shorten them"
                                    .formatted(tokenCount, limit),
                            "messages",
                            "context_length_exceeded");
            case Admission.VariantRetired _ ->
                    throw ApiException.modelNotFound(request.model(), names());
            case Admission.ShuttingDown _ ->
                    throw ApiException.unavailable(
                            "the server is shutting down", "shutting_down", LATER);
        };
    }

    /**
     * Waits for the whole answer.
     *
     * @throws ApiException when it breaks off
     */
    ChatCompletion complete(OpenAnswer answer, ChatRequest request) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        List<TokenLogprobs> logprobs = new ArrayList<>();
        while (true) {
            switch (answer.stream().next()) {
                case AnswerEvent.Piece(String piece, List<TokenLogprobs> some) -> {
                    text.append(piece);
                    logprobs.addAll(some);
                }
                case AnswerEvent.Complete(String reason, int tokenCount) -> {
                    return ChatCompletion.of(
                            answer,
                            text.toString(),
                            name(answer, request, logprobs),
                            reason,
                            tokenCount);
                }
                case AnswerEvent.Broken(String reason) -> throw broken(reason);
            }
        }
    }

    /**
     * Sends the answer piece by piece; a failure in the middle is sent as an error event.
     *
     * @throws IOException when the client is gone
     */
    void stream(OpenAnswer answer, ChatRequest request, EventStream out)
            throws IOException, InterruptedException {
        boolean hasUsage = request.delivery() == ChatRequest.Delivery.STREAM_WITH_USAGE;
        ChatChunk.Maker chunks = new ChatChunk.Maker(answer, hasUsage);
        out.send(chunks.begin());
        while (true) {
            switch (answer.stream().next()) {
                case AnswerEvent.Piece(String text, List<TokenLogprobs> logprobs) ->
                        out.send(chunks.piece(text, name(answer, request, logprobs)));
                case AnswerEvent.Complete(String reason, int tokenCount) -> {
                    out.send(chunks.end(reason));
                    if (hasUsage) {
                        out.send(chunks.usage(tokenCount));
                    }
                    out.done();
                    return;
                }
                case AnswerEvent.Broken(String reason) -> {
                    out.send(broken(reason).body());
                    return;
                }
            }
        }
    }

    private static @Nullable Logprobs name(
            OpenAnswer answer, ChatRequest request, List<TokenLogprobs> logprobs) {
        return request.logprobs().isPresent() ? Logprobs.of(logprobs, answer.tokenizer()) : null;
    }

    private static ApiException broken(String reason) {
        return ApiException.unavailable(reason, "generation_failed", SOON);
    }

    private Engine engine() {
        return switch (lifecycle.state()) {
            case EngineState.Serving(Engine engine, _) -> engine;
            case EngineState.Waiting(String reason) ->
                    throw ApiException.unavailable(
                            "nothing can be answered yet: " + reason, "model_not_loaded", LATER);
            case EngineState.Stopped _ ->
                    throw ApiException.unavailable(
                            "the server is shutting down", "shutting_down", LATER);
        };
    }

    private ServedModel find(String name) {
        return models.find(name).orElseThrow(() -> ApiException.modelNotFound(name, names()));
    }

    private List<String> names() {
        return models.all().stream().map(ServedModel::name).toList();
    }

    private static int[] prompt(Engine engine, ChatRequest request) {
        List<ChatMessage> messages =
                request.messages().stream()
                        .map(message -> ChatMessage.of(message.role(), message.content()))
                        .toList();
        try {
            return engine.chat().prompt(messages);
        } catch (TemplateException e) {
            throw ApiException.invalid(
                    "the model's chat template refuses these messages: " + e.getMessage(),
                    "messages",
                    "invalid_value");
        }
    }

    private static GenerationRequest generation(
            ServedModel model, int[] prompt, ChatRequest request) {
        return new GenerationRequest(
                model.variant(),
                prompt,
                request.maxTokens().orElse(Integer.MAX_VALUE),
                request.sampling(),
                request.logprobs().orElse(GenerationRequest.NO_LOGPROBS));
    }

    private static String fingerprint(Engine engine, ServedModel model) {
        return "fp_%s_%s".formatted(model.root().substring(0, 12), engine.library().version());
    }
}
