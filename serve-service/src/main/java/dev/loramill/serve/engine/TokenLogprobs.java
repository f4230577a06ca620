package dev.loramill.serve.engine;

import java.util.List;

/**
 * How likely a generated token was, before temperature and penalties.
 *
 * @param chosen the token itself
 * @param top the likeliest tokens in its place, the likeliest first
 */
public record TokenLogprobs(Candidate chosen, List<Candidate> top) {
    public TokenLogprobs {
        top = List.copyOf(top);
    }

    /**
     * A token with its probability.
     *
     * @param token its id
     * @param logprob natural logarithm of its probability
     */
    public record Candidate(int token, double logprob) {}
}
