package dev.loramill.serve.chat;

import dev.loramill.serve.engine.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How likely the tokens of an answer were.
 *
 * @param content one entry a token
 * @param refusal always null
 */
record Logprobs(List<Entry> content, @Nullable Object refusal) {
    Logprobs {
        content = List.copyOf(content);
    }

    /**
     * A token.
     *
     * @param token its text
     * @param logprob natural logarithm of its probability
     * @param bytes of its text, which may be a part of a character
     * @param topLogprobs the likeliest tokens in its place
     */
    record Entry(String token, double logprob, List<Integer> bytes, List<Candidate> topLogprobs) {}

    /** One of the likeliest tokens. */
    record Candidate(String token, double logprob, List<Integer> bytes) {}

    /** Names the tokens. */
    static Logprobs of(List<TokenLogprobs> tokens, TokenTexts texts) {
        List<Entry> entries = new ArrayList<>(tokens.size());
        for (TokenLogprobs token : tokens) {
            Candidate chosen = candidate(token.chosen(), texts);
            entries.add(
                    new Entry(
                            chosen.token(),
                            chosen.logprob(),
                            chosen.bytes(),
                            token.top().stream()
                                    .map(candidate -> candidate(candidate, texts))
                                    .toList()));
        }
        return new Logprobs(entries, null);
    }

    private static Candidate candidate(TokenLogprobs.Candidate candidate, TokenTexts texts) {
        List<Integer> bytes = new ArrayList<>();
        for (byte b : texts.bytes(candidate.token())) {
            bytes.add(Byte.toUnsignedInt(b));
        }
        String text = texts.text(candidate.token());
        return new Candidate(text, candidate.logprob(), bytes);
    }
}
