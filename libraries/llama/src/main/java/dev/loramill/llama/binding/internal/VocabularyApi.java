package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code llama_vocab_*}, {@code llama_tokenize} and {@code llama_token_to_piece}. */
public record VocabularyApi(
        MethodHandle tokenize,
        MethodHandle tokenToPiece,
        MethodHandle nTokens,
        MethodHandle bos,
        MethodHandle eos,
        MethodHandle eot,
        MethodHandle pad,
        MethodHandle isEog,
        MethodHandle isControl,
        MethodHandle getAddBos,
        MethodHandle getAddEos) {

    static VocabularyApi link(Symbols symbols) {
        return new VocabularyApi(
                symbols.function(
                        "llama_tokenize",
                        JAVA_INT,
                        ADDRESS,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_BOOLEAN,
                        JAVA_BOOLEAN),
                symbols.function(
                        "llama_token_to_piece",
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_BOOLEAN),
                symbols.function("llama_vocab_n_tokens", JAVA_INT, ADDRESS),
                symbols.function("llama_vocab_bos", JAVA_INT, ADDRESS),
                symbols.function("llama_vocab_eos", JAVA_INT, ADDRESS),
                symbols.function("llama_vocab_eot", JAVA_INT, ADDRESS),
                symbols.function("llama_vocab_pad", JAVA_INT, ADDRESS),
                symbols.function("llama_vocab_is_eog", JAVA_BOOLEAN, ADDRESS, JAVA_INT),
                symbols.function("llama_vocab_is_control", JAVA_BOOLEAN, ADDRESS, JAVA_INT),
                symbols.function("llama_vocab_get_add_bos", JAVA_BOOLEAN, ADDRESS),
                symbols.function("llama_vocab_get_add_eos", JAVA_BOOLEAN, ADDRESS));
    }

    /** The number of tokens written; if negative, the number that there was no room for. */
    public int tokenize(
            MemorySegment vocabulary,
            MemorySegment text,
            int textBytes,
            MemorySegment tokens,
            int capacity,
            boolean addSpecial,
            boolean parseSpecial) {
        try {
            return (int)
                    tokenize.invokeExact(
                            vocabulary,
                            text,
                            textBytes,
                            tokens,
                            capacity,
                            addSpecial,
                            parseSpecial);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_tokenize", t);
        }
    }

    /** The number of bytes written; if negative, the number that there was no room for. */
    public int tokenToPiece(
            MemorySegment vocabulary,
            int token,
            MemorySegment bytes,
            int capacity,
            boolean withSpecial) {
        try {
            return (int)
                    tokenToPiece.invokeExact(vocabulary, token, bytes, capacity, 0, withSpecial);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_token_to_piece", t);
        }
    }

    /** Tokens in the vocabulary. */
    public int size(MemorySegment vocabulary) {
        return number("llama_vocab_n_tokens", nTokens, vocabulary);
    }

    /** The token that begins a text, or -1. */
    public int beginning(MemorySegment vocabulary) {
        return number("llama_vocab_bos", bos, vocabulary);
    }

    /** The token that ends a text, or -1. */
    public int end(MemorySegment vocabulary) {
        return number("llama_vocab_eos", eos, vocabulary);
    }

    /** The token that ends a turn, or -1. */
    public int endOfTurn(MemorySegment vocabulary) {
        return number("llama_vocab_eot", eot, vocabulary);
    }

    /** The token that fills up, or -1. */
    public int padding(MemorySegment vocabulary) {
        return number("llama_vocab_pad", pad, vocabulary);
    }

    /** Whether generation ends at the token. */
    public boolean isEndOfGeneration(MemorySegment vocabulary, int token) {
        try {
            return (boolean) isEog.invokeExact(vocabulary, token);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_vocab_is_eog", t);
        }
    }

    /** Whether the token is a control token. */
    public boolean isControl(MemorySegment vocabulary, int token) {
        try {
            return (boolean) isControl.invokeExact(vocabulary, token);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_vocab_is_control", t);
        }
    }

    /** Whether the model wants its texts to begin with the token that begins a text. */
    public boolean addsBeginning(MemorySegment vocabulary) {
        try {
            return (boolean) getAddBos.invokeExact(vocabulary);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_vocab_get_add_bos", t);
        }
    }

    /** Whether the model wants its texts to end with the token that ends a text. */
    public boolean addsEnd(MemorySegment vocabulary) {
        try {
            return (boolean) getAddEos.invokeExact(vocabulary);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_vocab_get_add_eos", t);
        }
    }

    private static int number(String function, MethodHandle handle, MemorySegment vocabulary) {
        try {
            return (int) handle.invokeExact(vocabulary);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(function, t);
        }
    }
}
