package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code llama_sampler_*}. */
public record SamplerApi(
        MethodHandle initTopK,
        MethodHandle initTopP,
        MethodHandle initMinP,
        MethodHandle initTemp,
        MethodHandle initDist,
        MethodHandle initGrammar,
        MethodHandle accept,
        MethodHandle apply,
        MethodHandle reset,
        MethodHandle samplerFree) {

    static SamplerApi link(Symbols symbols) {
        return new SamplerApi(
                symbols.function("llama_sampler_init_top_k", ADDRESS, JAVA_INT),
                symbols.function("llama_sampler_init_top_p", ADDRESS, JAVA_FLOAT, JAVA_LONG),
                symbols.function("llama_sampler_init_min_p", ADDRESS, JAVA_FLOAT, JAVA_LONG),
                symbols.function("llama_sampler_init_temp", ADDRESS, JAVA_FLOAT),
                symbols.function("llama_sampler_init_dist", ADDRESS, JAVA_INT),
                symbols.function("llama_sampler_init_grammar", ADDRESS, ADDRESS, ADDRESS, ADDRESS),
                symbols.procedure("llama_sampler_accept", ADDRESS, JAVA_INT),
                symbols.procedure("llama_sampler_apply", ADDRESS, ADDRESS),
                symbols.procedure("llama_sampler_reset", ADDRESS),
                symbols.procedure("llama_sampler_free", ADDRESS));
    }

    /** Keeps the k likeliest tokens. */
    public MemorySegment topK(int k) {
        try {
            return (MemorySegment) initTopK.invokeExact(k);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_init_top_k", t);
        }
    }

    /** Keeps the likeliest tokens that together reach p. */
    public MemorySegment topP(float p) {
        try {
            return (MemorySegment) initTopP.invokeExact(p, 1L);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_init_top_p", t);
        }
    }

    /** Keeps tokens at least p times as likely as the likeliest. */
    public MemorySegment minP(float p) {
        try {
            return (MemorySegment) initMinP.invokeExact(p, 1L);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_init_min_p", t);
        }
    }

    /** Divides the logits. */
    public MemorySegment temperature(float temperature) {
        try {
            return (MemorySegment) initTemp.invokeExact(temperature);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_init_temp", t);
        }
    }

    /** Draws by probability. */
    public MemorySegment draw(int seed) {
        try {
            return (MemorySegment) initDist.invokeExact(seed);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_init_dist", t);
        }
    }

    /** Forbids what a grammar does not allow; NULL if the grammar cannot be read. */
    public MemorySegment grammar(MemorySegment vocabulary, MemorySegment text, MemorySegment root) {
        try {
            return (MemorySegment) initGrammar.invokeExact(vocabulary, text, root);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_init_grammar", t);
        }
    }

    /** Tells a sampler which token was taken. */
    public void accept(MemorySegment sampler, int token) {
        try {
            accept.invokeExact(sampler, token);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_accept", t);
        }
    }

    /** Applies a sampler to candidates. */
    public void apply(MemorySegment sampler, MemorySegment candidates) {
        try {
            apply.invokeExact(sampler, candidates);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_apply", t);
        }
    }

    /** Forgets what was accepted. */
    public void reset(MemorySegment sampler) {
        try {
            reset.invokeExact(sampler);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_reset", t);
        }
    }

    /** Frees a sampler. */
    public void free(MemorySegment sampler) {
        try {
            samplerFree.invokeExact(sampler);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_sampler_free", t);
        }
    }
}
