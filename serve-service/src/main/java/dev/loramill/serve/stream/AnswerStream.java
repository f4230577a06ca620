package dev.loramill.serve.stream;

import dev.loramill.llama.tokenizer.TextStream;
import dev.loramill.llama.tokenizer.Tokenizer;
import dev.loramill.serve.engine.FinishReason;
import dev.loramill.serve.engine.Generation;
import dev.loramill.serve.engine.GenerationEvent;
import dev.loramill.serve.engine.TokenLogprobs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** The text of a generation as it comes: whole characters, ended before the first stop sequence. */
public final class AnswerStream implements Answer {
    private static final String STOP = "stop";
    private static final String LENGTH = "length";

    private final Generation generation;
    private final TextStream text;
    private final StopSequences stops;
    private final Queue<AnswerEvent> ready = new ArrayDeque<>();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private int tokenCount;

    /** Follows a generation from its beginning. */
    public AnswerStream(Generation generation, Tokenizer tokenizer, List<String> stop) {
        this.generation = generation;
        this.text = tokenizer.stream();
        this.stops = new StopSequences(stop);
    }

    @Override
    public AnswerEvent next() throws InterruptedException {
        while (ready.isEmpty()) {
            take(generation.next());
        }
        return ready.remove();
    }

    @Override
    public void cancel() {
        generation.cancel();
    }

    private void take(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Generated generated -> {
                tokenCount++;
                TokenLogprobs probabilities = generated.logprobs();
                if (probabilities != null) {
                    logprobs.add(probabilities);
                }
                pass(stops.append(text.next(generated.token())));
                if (stops.isReached()) {
                    generation.cancel();
                    complete(STOP);
                }
            }
            case GenerationEvent.Ended(FinishReason reason) -> {
                pass(stops.append(text.end()) + stops.finish());
                complete(reason == FinishReason.END_OF_TURN || stops.isReached() ? STOP : LENGTH);
            }
            case GenerationEvent.Cancelled _ -> ready.add(new AnswerEvent.Cancelled());
            case GenerationEvent.Failed(String reason, Throwable cause) ->
                    ready.add(new AnswerEvent.Broken(reason, cause));
        }
    }

    private void pass(String piece) {
        if (!piece.isEmpty()) {
            ready.add(new AnswerEvent.Piece(piece, logprobs));
            logprobs.clear();
        }
    }

    private void complete(String reason) {
        if (!logprobs.isEmpty()) {
            ready.add(new AnswerEvent.Piece("", logprobs));
            logprobs.clear();
        }
        ready.add(new AnswerEvent.Complete(reason, tokenCount));
    }
}
