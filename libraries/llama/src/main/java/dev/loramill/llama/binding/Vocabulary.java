package dev.loramill.llama.binding;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.loramill.llama.binding.internal.LoadedLibrary;
import dev.loramill.llama.binding.internal.VocabularyApi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tokens of a model. Safe for use by any number of threads, as long as the model is open. */
public final class Vocabulary {
    private static final int MAX_TEXT_BYTES = 256 << 20;

    private final VocabularyApi functions;
    private final NativeHandle model;
    private final MemorySegment address;
    private final int size;
    private final BitSet endsOfGeneration = new BitSet();
    private final BitSet controls = new BitSet();
    private final OptionalInt beginning;
    private final OptionalInt end;
    private final OptionalInt endOfTurn;
    private final OptionalInt padding;

    /** Pieces are asked for again and again, and never change. */
    private final AtomicReferenceArray<byte @Nullable []> piecesWithSpecial;

    private final AtomicReferenceArray<byte @Nullable []> piecesWithoutSpecial;
    private final boolean addsBeginning;
    private final boolean addsEnd;

    Vocabulary(LoadedLibrary library, NativeHandle model) {
        this.functions = library.vocabularies();
        this.model = model;
        this.address = library.models().vocabulary(model.address());
        this.size = functions.size(address);
        this.piecesWithSpecial = new AtomicReferenceArray<>(size);
        this.piecesWithoutSpecial = new AtomicReferenceArray<>(size);
        for (int token = 0; token < size; token++) {
            endsOfGeneration.set(token, functions.isEndOfGeneration(address, token));
            controls.set(token, functions.isControl(address, token));
        }
        this.beginning = token(functions.beginning(address));
        this.end = token(functions.end(address));
        this.endOfTurn = token(functions.endOfTurn(address));
        this.padding = token(functions.padding(address));
        this.addsBeginning = functions.addsBeginning(address);
        this.addsEnd = functions.addsEnd(address);
    }

    private OptionalInt token(int token) {
        return token >= 0 && token < size ? OptionalInt.of(token) : OptionalInt.empty();
    }

    /** The number of tokens; ids are below it. */
    public int size() {
        return size;
    }

    /** The token that begins a text (BOS). */
    public OptionalInt beginning() {
        return beginning;
    }

    /** The token that ends a text (EOS). */
    public OptionalInt end() {
        return end;
    }

    /** The token that ends a turn (EOT), where the model names one. */
    public OptionalInt endOfTurn() {
        return endOfTurn;
    }

    /** The token that fills up (PAD). */
    public OptionalInt padding() {
        return padding;
    }

    /** Whether the model was made for texts that begin with {@link #beginning()}. */
    public boolean addsBeginning() {
        return addsBeginning;
    }

    /** Whether the model was made for texts that end with {@link #end()}. */
    public boolean addsEnd() {
        return addsEnd;
    }

    /** Whether generation ends at the token. */
    public boolean isEndOfGeneration(int token) {
        return endsOfGeneration.get(requireToken(token));
    }

    /** The tokens that generation ends at, as a bit each. */
    public BitSet endsOfGeneration() {
        return (BitSet) endsOfGeneration.clone();
    }

    /** Whether the token is a control token, which stands for no text of a person's. */
    public boolean isControl(int token) {
        return controls.get(requireToken(token));
    }

    /**
     * The tokens of a text; nothing is added before or after.
     *
     * @param parseSpecial whether the names of control tokens in the text become those tokens;
     *     never true for text that a person wrote
     */
    public int[] tokenize(String text, boolean parseSpecial) {
        if (text.isEmpty()) {
            return new int[0];
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "text must have at most %d bytes, got %d"
                            .formatted(MAX_TEXT_BYTES, bytes.length));
        }
        return held(vocabulary -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment source = arena.allocate(bytes.length);
                MemorySegment.copy(bytes, 0, source, JAVA_BYTE, 0, bytes.length);
                int capacity = bytes.length + 1;
                MemorySegment tokens = arena.allocate(JAVA_INT, capacity);
                int count =
                        functions.tokenize(
                                vocabulary,
                                source,
                                bytes.length,
                                tokens,
                                capacity,
                                false,
                                parseSpecial);
                if (count < 0) {
                    capacity = -count;
                    tokens = arena.allocate(JAVA_INT, capacity);
                    count =
                            functions.tokenize(
                                    vocabulary,
                                    source,
                                    bytes.length,
                                    tokens,
                                    capacity,
                                    false,
                                    parseSpecial);
                }
                if (count < 0) {
                    throw new NativeCallException(
                            "llama_tokenize",
                            count,
                            "a text of " + bytes.length + " bytes",
                            "no tokens were written");
                }
                return tokens.asSlice(0, count * JAVA_INT.byteSize()).toArray(JAVA_INT);
            }
        });
    }

    /**
     * The bytes that a token stands for; they may be a part of a UTF-8 character.
     *
     * @param withSpecial whether control tokens stand for their names, or for nothing
     */
    public byte[] piece(int token, boolean withSpecial) {
        requireToken(token);
        AtomicReferenceArray<byte @Nullable []> known =
                withSpecial ? piecesWithSpecial : piecesWithoutSpecial;
        byte[] piece = known.get(token);
        if (piece == null) {
            piece = held(vocabulary -> nativePiece(vocabulary, token, withSpecial));
            known.set(token, piece);
        }
        return piece.clone();
    }

    private byte[] nativePiece(MemorySegment vocabulary, int token, boolean withSpecial) {
        try (Arena arena = Arena.ofConfined()) {
            int capacity = 64;
            MemorySegment bytes = arena.allocate(capacity);
            int count = functions.tokenToPiece(vocabulary, token, bytes, capacity, withSpecial);
            if (count < 0) {
                capacity = -count;
                bytes = arena.allocate(capacity);
                count = functions.tokenToPiece(vocabulary, token, bytes, capacity, withSpecial);
            }
            return bytes.asSlice(0, Math.max(0, count)).toArray(JAVA_BYTE);
        }
    }

    /** The vocabulary's address, for a caller that holds the model. */
    MemorySegment address() {
        return address;
    }

    int requireToken(int token) {
        if (token < 0 || token >= size) {
            throw new IllegalArgumentException(
                    "token must be in [0, %d), got %d".formatted(size, token));
        }
        return token;
    }

    private <T> T held(Function<MemorySegment, T> call) {
        model.hold();
        try {
            return call.apply(address);
        } finally {
            model.release();
        }
    }
}
