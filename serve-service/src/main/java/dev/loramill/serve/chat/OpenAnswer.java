package dev.loramill.serve.chat;

import dev.loramill.llama.tokenizer.Tokenizer;
import dev.loramill.serve.stream.AnswerStream;
import java.time.Instant;

/**
 * An answer that is being generated.
 *
 * @param id name of the answer
 * @param createdAt when it was asked for
 * @param model name that was asked for
 * @param fingerprint changes when base, adapter or engine do
 * @param promptTokenCount tokens of the rendered conversation
 * @param stream its text
 * @param tokenizer names its tokens
 */
record OpenAnswer(
        String id,
        Instant createdAt,
        String model,
        String fingerprint,
        int promptTokenCount,
        AnswerStream stream,
        Tokenizer tokenizer) {}
