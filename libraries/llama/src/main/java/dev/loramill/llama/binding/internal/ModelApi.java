package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code llama_model_*} and {@code llama_adapter_lora_*}. */
public record ModelApi(
        MethodHandle modelFree,
        MethodHandle getVocab,
        MethodHandle nCtxTrain,
        MethodHandle nEmbd,
        MethodHandle nLayer,
        MethodHandle nParams,
        MethodHandle size,
        MethodHandle adapterInit,
        MethodHandle adapterFree) {

    static ModelApi link(Symbols symbols) {
        return new ModelApi(
                symbols.procedure("llama_model_free", ADDRESS),
                symbols.function("llama_model_get_vocab", ADDRESS, ADDRESS),
                symbols.function("llama_model_n_ctx_train", JAVA_INT, ADDRESS),
                symbols.function("llama_model_n_embd", JAVA_INT, ADDRESS),
                symbols.function("llama_model_n_layer", JAVA_INT, ADDRESS),
                symbols.function("llama_model_n_params", JAVA_LONG, ADDRESS),
                symbols.function("llama_model_size", JAVA_LONG, ADDRESS),
                symbols.function("llama_adapter_lora_init", ADDRESS, ADDRESS, ADDRESS),
                symbols.procedure("llama_adapter_lora_free", ADDRESS));
    }

    /** Frees a model; all its contexts and adapters must be gone. */
    public void free(MemorySegment model) {
        try {
            modelFree.invokeExact(model);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_model_free", t);
        }
    }

    /** The vocabulary, owned by the model. */
    public MemorySegment vocabulary(MemorySegment model) {
        try {
            return (MemorySegment) getVocab.invokeExact(model);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_model_get_vocab", t);
        }
    }

    /** Longest sequence in tokens that the model was made for. */
    public int contextLength(MemorySegment model) {
        return number("llama_model_n_ctx_train", nCtxTrain, model);
    }

    /** Width of the residual stream. */
    public int embeddingLength(MemorySegment model) {
        return number("llama_model_n_embd", nEmbd, model);
    }

    /** Transformer blocks. */
    public int blockCount(MemorySegment model) {
        return number("llama_model_n_layer", nLayer, model);
    }

    /** Weights in all tensors. */
    public long parameterCount(MemorySegment model) {
        return bigNumber("llama_model_n_params", nParams, model);
    }

    /** Bytes of all tensors. */
    public long sizeBytes(MemorySegment model) {
        return bigNumber("llama_model_size", size, model);
    }

    /** A loaded adapter, or NULL. */
    public MemorySegment loadAdapter(MemorySegment model, MemorySegment path) {
        try {
            return (MemorySegment) adapterInit.invokeExact(model, path);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_adapter_lora_init", t);
        }
    }

    /** Frees an adapter that no context holds. */
    public void freeAdapter(MemorySegment adapter) {
        try {
            adapterFree.invokeExact(adapter);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_adapter_lora_free", t);
        }
    }

    private static int number(String function, MethodHandle handle, MemorySegment model) {
        try {
            return (int) handle.invokeExact(model);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(function, t);
        }
    }

    private static long bigNumber(String function, MethodHandle handle, MemorySegment model) {
        try {
            return (long) handle.invokeExact(model);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(function, t);
        }
    }
}
