package dev.loramill.serve.engine;

import dev.loramill.llama.binding.LlamaContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Turns the logits of a step into probabilities. Not for several threads. */
final class LogprobReader {
    private static final Comparator<TokenLogprobs.Candidate> BY_LOGPROB =
            Comparator.comparingDouble(TokenLogprobs.Candidate::logprob);

    private final float[] logits;

    LogprobReader(int vocabularySize) {
        this.logits = new float[vocabularySize];
    }

    TokenLogprobs read(LlamaContext context, int index, int chosen, int top) {
        context.logits(index, logits);
        return of(logits, chosen, top);
    }

    /** The probability of a token and of the likeliest ones. */
    static TokenLogprobs of(float[] logits, int chosen, int top) {
        float highest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - highest);
        }
        double normalizer = highest + Math.log(sum);
        PriorityQueue<TokenLogprobs.Candidate> likeliest = new PriorityQueue<>(BY_LOGPROB);
        for (int token = 0; token < logits.length && top > 0; token++) {
            double logprob = logits[token] - normalizer;
            if (likeliest.size() < top) {
                likeliest.add(new TokenLogprobs.Candidate(token, logprob));
            } else if (logprob > likeliest.element().logprob()) {
                likeliest.remove();
                likeliest.add(new TokenLogprobs.Candidate(token, logprob));
            }
        }
        List<TokenLogprobs.Candidate> sorted = new ArrayList<>(likeliest);
        sorted.sort(BY_LOGPROB.reversed().thenComparingInt(TokenLogprobs.Candidate::token));
        return new TokenLogprobs(
                new TokenLogprobs.Candidate(chosen, logits[chosen] - normalizer), sorted);
    }
}
