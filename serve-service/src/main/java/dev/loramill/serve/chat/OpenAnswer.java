package dev.loramill.serve.chat;

import dev.loramill.serve.stream.Answer;
import java.time.Instant;

/**
 * An answer that is being generated.
 *
 * @param id name of the answer
 * @param createdAt when it was asked for
 * @param model name that was asked for
 * @param fingerprint changes when base, adapter or engine do
 * @param promptTokenCount tokens of the rendered conversation
 * @param text its text
 * @param tokens names its tokens
 */
record OpenAnswer(
        String id,
        Instant createdAt,
        String model,
        String fingerprint,
        int promptTokenCount,
        Answer text,
        TokenTexts tokens) {}
