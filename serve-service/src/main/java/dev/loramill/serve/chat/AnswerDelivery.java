package dev.loramill.serve.chat;

import dev.loramill.http.RefusedException;
import dev.loramill.serve.engine.TokenLogprobs;
import dev.loramill.serve.stream.AnswerEvent;
import dev.loramill.serve.stream.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings an answer to the client: as a whole, or piece by piece. */
final class AnswerDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerDelivery.class);
    private static final String FAILED = "generation_failed";
    private static final Duration SOON = Duration.ofSeconds(1);

    private AnswerDelivery() {}

    /**
     * Waits for the whole answer.
     *
     * @throws RefusedException when it breaks off
     */
    static ChatCompletion complete(OpenAnswer answer, ChatRequest request)
            throws InterruptedException {
        StringBuilder text = new StringBuilder();
        List<TokenLogprobs> logprobs = new ArrayList<>();
        while (true) {
            switch (answer.text().next()) {
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
                case AnswerEvent.Cancelled _ -> throw broken("the request was cancelled");
                case AnswerEvent.Broken broken -> throw failed(answer, broken);
            }
        }
    }

    /**
     * Sends the answer piece by piece; a failure in the middle is sent as an error event.
     *
     * @throws IOException when the client is gone
     */
    static void stream(OpenAnswer answer, ChatRequest request, EventStream out)
            throws IOException, InterruptedException {
        boolean hasUsage = request.delivery() == ChatRequest.Delivery.STREAM_WITH_USAGE;
        ChatChunk.Maker chunks = new ChatChunk.Maker(answer, hasUsage);
        out.send(chunks.begin());
        while (true) {
            switch (answer.text().next()) {
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
                case AnswerEvent.Cancelled _ -> {
                    return;
                }
                case AnswerEvent.Broken broken -> {
                    out.send(failed(answer, broken).body());
                    return;
                }
            }
        }
    }

    private static @Nullable Logprobs name(
            OpenAnswer answer, ChatRequest request, List<TokenLogprobs> logprobs) {
        return request.logprobs().isPresent() ? Logprobs.of(logprobs, answer.tokens()) : null;
    }

    /** Logs on the request's thread: what decode threads log is not named by its id. */
    private static RefusedException failed(OpenAnswer answer, AnswerEvent.Broken broken) {
        LOG.atError()
                .setCause(broken.cause())
                .addKeyValue("model", answer.model())
                .addKeyValue("code", FAILED)
                .addKeyValue("reason", broken.reason())
                .log("A generation failed");
        return broken(broken.reason());
    }

    private static RefusedException broken(String reason) {
        return RefusedException.unavailable(FAILED, reason, SOON);
    }
}
