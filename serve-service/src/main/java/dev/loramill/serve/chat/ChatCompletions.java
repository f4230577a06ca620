package dev.loramill.serve.chat;

import dev.loramill.http.RefusedException;
import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.template.RenderedChat;
import dev.loramill.serve.engine.Admission;
import dev.loramill.serve.engine.Engine;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.serve.engine.GenerationRequest;
import dev.loramill.serve.model.ServedModel;
import dev.loramill.serve.model.ServedModels;
import dev.loramill.serve.stream.AnswerStream;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Begins to answer conversations: checks the request, finds the model and renders the prompt. */
@Singleton
class ChatCompletions {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(5);

    private final EngineLifecycle lifecycle;
    private final ServedModels models;
    private final PromptThreads threads;
    private final int messageLimit;

    ChatCompletions(
            EngineLifecycle lifecycle,
            ServedModels models,
            PromptThreads threads,
            ChatConfig config) {
        this.lifecycle = lifecycle;
        this.models = models;
        this.threads = threads;
        this.messageLimit = config.messageLimit();
    }

    /**
     * Checks the body of a request.
     *
     * @throws RefusedException when it is wrong, or nothing can be answered now
     */
    ChatRequest read(byte[] body) {
        return new ChatRequestReader(engine().tokenizer().vocabularySize(), messageLimit)
                .read(body);
    }

    /**
     * Begins to answer.
     *
     * @throws RefusedException when the model is not known, the prompt does not fit, or there is no
     *     room
     */
    OpenAnswer open(ChatRequest request) throws InterruptedException {
        Engine engine = engine();
        ServedModel model = models.require(request.model());
        requireRoom(
                engine,
                request.messages().stream().mapToLong(message -> message.content().length()).sum());
        int[] prompt = threads.call(() -> prompt(engine, request));
        return switch (engine.submit(generation(model, prompt, request))) {
            case Admission.Accepted(var generation) ->
                    new OpenAnswer(
                            "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                            Instant.now(),
                            model.name(),
                            fingerprint(engine, model),
                            prompt.length,
                            new AnswerStream(generation, engine.tokenizer(), request.stop()),
                            TokenTexts.of(engine.tokenizer()));
            case Admission.QueueFull(int limit) ->
                    throw RefusedException.unavailable(
                            "overloaded",
                            "%d requests wait already, no more are taken; try again in a moment"
                                    .formatted(limit),
                            SOON);
            case Admission.PromptTooLong(int tokenCount, int limit) ->
                    throw tooLong("have " + tokenCount, limit);
            case Admission.VariantRetired _ -> throw models.notServed(request.model());
            case Admission.ShuttingDown _ ->
                    throw RefusedException.unavailable(
                            "shutting_down", "the server is shutting down", LATER);
        };
    }

    private Engine engine() {
        return switch (lifecycle.state()) {
            case EngineState.Serving(Engine engine, _) -> engine;
            case EngineState.Waiting(String reason) ->
                    throw RefusedException.unavailable(
                            "model_not_loaded", "nothing can be answered yet: " + reason, LATER);
            case EngineState.Stopped _ ->
                    throw RefusedException.unavailable(
                            "shutting_down", "the server is shutting down", LATER);
        };
    }

    /** Refuses what is too long whatever its tokens are, before they are looked for. */
    private static void requireRoom(Engine engine, long charCount) {
        long fewest = engine.chat().fewestTokens(charCount);
        if (fewest >= engine.contextLength()) {
            throw tooLong(
                    "have %d characters, which are at least %d".formatted(charCount, fewest),
                    engine.contextLength());
        }
    }

    private static RefusedException tooLong(String seen, int limit) {
        return RefusedException.invalid(
                "context_length_exceeded",
                "messages",
                "messages %s tokens, the context has room for %d tokens of prompt and answer together; shorten them"
                        .formatted(seen, limit));
    }

    private static int[] prompt(Engine engine, ChatRequest request) {
        List<ChatMessage> messages =
                request.messages().stream()
                        .map(message -> ChatMessage.of(message.role(), message.content()))
                        .toList();
        try {
            RenderedChat rendered = engine.chat().template().render(messages, true);
            requireRoom(engine, rendered.text().length());
            return engine.chat().encode(rendered).tokens();
        } catch (TemplateException e) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "messages",
                    "the model's chat template refuses these messages: " + e.getMessage());
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
