package dev.loramill.llama.binding;

import dev.loramill.llama.binding.internal.NativeLog;
import dev.loramill.llama.binding.internal.SamplerApi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of one answer: biases, penalties, grammar, then the cuts and the random
 * draw, or the likeliest token where the temperature is 0.
 *
 * <p>One sampler serves one answer at a time, and one thread at a time; a second thread gets an
 * {@link IllegalStateException}.
 */
public final class Sampler implements AutoCloseable {
    private final LlamaModel model;
    private final SamplerOptions options;
    private final SamplerApi functions;
    private final Penalties penalties;
    private final float[] logits;
    private final Arena arena;
    private final List<MemorySegment> chain = new ArrayList<>();
    private final @Nullable MemorySegment grammar;
    private final @Nullable Candidates candidates;
    private final ExclusiveUse use = new ExclusiveUse("Sampler");
    private volatile boolean isClosed;

    private Sampler(
            LlamaModel model,
            SamplerOptions options,
            Arena arena,
            @Nullable MemorySegment grammar) {
        this.model = model;
        this.options = options;
        this.functions = model.functions().samplers();
        this.arena = arena;
        this.grammar = grammar;
        this.penalties = new Penalties(options, model.vocabulary().endsOfGeneration());
        int size = model.vocabulary().size();
        this.logits = new float[size];
        boolean isGreedy = options.temperature() == 0f;
        this.candidates = isGreedy && grammar == null ? null : new Candidates(arena, size);
        if (!isGreedy) {
            if (options.topK() > 0) {
                chain.add(functions.topK(options.topK()));
            }
            if (options.topP() < 1f) {
                chain.add(functions.topP(options.topP()));
            }
            if (options.minP() > 0f) {
                chain.add(functions.minP(options.minP()));
            }
            chain.add(functions.temperature(options.temperature()));
            chain.add(functions.draw(options.seed()));
        }
    }

    /**
     * Makes a sampler.
     *
     * @throws IllegalArgumentException if a bias names no token or the grammar cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the sampler that is returned owns the arena
    public static Sampler create(LlamaModel model, SamplerOptions options) {
        options.logitBias().keySet().forEach(model.vocabulary()::requireToken);
        model.handle().hold();
        Arena arena = Arena.ofShared();
        boolean created = false;
        try {
            MemorySegment grammar = null;
            String text = options.grammar();
            if (text != null) {
                grammar = grammar(model, text);
            }
            Sampler sampler = new Sampler(model, options, arena, grammar);
            created = true;
            sampler.requireGrammar();
            return sampler;
        } finally {
            if (!created) {
                arena.close();
                model.handle().release();
            }
        }
    }

    /**
     * Older builds make a sampler of a grammar that they could not read, which then allows
     * everything, even the token for NUL that no grammar can.
     */
    private void requireGrammar() {
        if (grammar == null) {
            return;
        }
        for (int token = 0; token < logits.length; token++) {
            byte[] piece = model.vocabulary().piece(token, true);
            if (piece.length == 1 && piece[0] == 0) {
                if (allows(grammar, token)) {
                    close();
                    throw new IllegalArgumentException(
                            "the grammar cannot be read: see the error output of llama.cpp");
                }
                return;
            }
        }
    }

    private static MemorySegment grammar(LlamaModel model, String text) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment source = scratch.allocateFrom(text);
            MemorySegment root = scratch.allocateFrom("root");
            NativeLog.Heard<MemorySegment> heard =
                    model.functions()
                            .log()
                            .listen(() ->
                                    model.functions()
                                            .samplers()
                                            .grammar(model.vocabulary().address(), source, root));
            if (heard.result().equals(MemorySegment.NULL)) {
                throw new IllegalArgumentException("the grammar cannot be read: " + heard.reason());
            }
            return heard.result();
        }
    }

    /**
     * Chooses and counts the token that follows a token of the last batch.
     *
     * @param index what {@link Batch#add} returned
     * @throws IllegalArgumentException if the last decode computed no logits there
     * @throws IllegalStateException if the logits are not finite, or the grammar and the biases
     *     leave no token
     */
    public int sample(LlamaContext context, int index) {
        begin();
        try {
            return choose(context, index);
        } finally {
            use.end();
        }
    }

    private int choose(LlamaContext context, int index) {
        if (context.model() != model) {
            throw new IllegalArgumentException("the context is of another model than the sampler");
        }
        context.logits(index, logits);
        options.logitBias().forEach((token, bias) -> logits[token] += bias);
        penalties.apply(logits);
        int token = chain.isEmpty() ? likeliest() : draw(false);
        MemorySegment rules = grammar;
        if (rules != null) {
            // Checking one token is thousands of times cheaper than checking all.
            if (!allows(rules, token)) {
                token = draw(true);
            }
            functions.accept(rules, token);
        }
        penalties.accept(token);
        return token;
    }

    private int likeliest() {
        int best = -1;
        float highest = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.length; token++) {
            float logit = logits[token];
            if (logit > highest) {
                highest = logit;
                best = token;
            } else if (Float.isNaN(logit)) {
                throw notFinite(token);
            }
        }
        if (best < 0 || highest == Float.POSITIVE_INFINITY) {
            throw notFinite(Math.max(best, 0));
        }
        return best;
    }

    /** Runs the native chain over all candidates, those alone that the grammar allows if asked. */
    private int draw(boolean withGrammar) {
        int top = likeliest();
        Candidates all = requireCandidates();
        MemorySegment array = all.of(logits);
        if (withGrammar && grammar != null) {
            functions.apply(grammar, array);
            int best = all.likeliest(logits.length);
            if (best < 0) {
                throw new IllegalStateException(
                        "the grammar and the biases leave no token to choose");
            }
            if (chain.isEmpty()) {
                return best;
            }
        }
        for (MemorySegment sampler : chain) {
            functions.apply(sampler, array);
        }
        int token = all.selected();
        if (token < 0) {
            throw notFinite(top);
        }
        return model.vocabulary().requireToken(token);
    }

    private boolean allows(MemorySegment rules, int token) {
        Candidates one = requireCandidates();
        functions.apply(rules, one.of(token));
        return one.isFirstAllowed();
    }

    private Candidates requireCandidates() {
        if (candidates == null) {
            throw new IllegalStateException("Sampler takes the likeliest token and draws none");
        }
        return candidates;
    }

    private static IllegalStateException notFinite(int token) {
        return new IllegalStateException(
                "the logits are not finite, for one at token "
                        + token
                        + ": the base or an adapter is broken");
    }

    /** Forgets the tokens that were generated, and starts the random draw again from the seed. */
    public void reset() {
        begin();
        try {
            penalties.reset();
            chain.forEach(functions::reset);
            if (grammar != null) {
                functions.reset(grammar);
            }
        } finally {
            use.end();
        }
    }

    private void begin() {
        use.begin();
        if (isClosed) {
            use.end();
            throw new IllegalStateException("Sampler is closed");
        }
    }

    /**
     * Frees the sampler.
     *
     * @throws IllegalStateException if it is closed already or in use by another thread
     */
    @Override
    public void close() {
        begin();
        isClosed = true;
        use.end();
        chain.forEach(functions::free);
        if (grammar != null) {
            functions.free(grammar);
        }
        arena.close();
        model.handle().release();
    }
}
