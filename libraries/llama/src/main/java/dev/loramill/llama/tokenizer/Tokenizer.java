package dev.loramill.llama.tokenizer;

import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.llama.binding.LlamaModel;
import dev.loramill.llama.binding.LlamaModelOptions;
import dev.loramill.llama.binding.NativeCallException;
import dev.loramill.llama.binding.RefusedFileException;
import dev.loramill.llama.binding.Vocabulary;
import dev.loramill.llama.gguf.GgufFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer inside a GGUF file. Safe for use by any number of threads.
 *
 * <p>Nothing is ever added before or after a text: the token that begins a text stands where the
 * chat template puts it.
 */
public final class Tokenizer implements AutoCloseable {
    private final Vocabulary vocabulary;
    private final String digest;
    private final @Nullable LlamaModel owned;

    private Tokenizer(Vocabulary vocabulary, String digest, @Nullable LlamaModel owned) {
        this.vocabulary = vocabulary;
        this.digest = digest;
        this.owned = owned;
    }

    /**
     * Opens the tokenizer of a GGUF file without its weights, with the library that {@link
     * LlamaLibrary#load()} chooses.
     *
     * @throws RefusedFileException if the file is no sound base model
     * @throws NativeCallException if llama.cpp refuses the tokenizer, with its reason
     * @throws IOException if the file cannot be read
     */
    public static Tokenizer open(Path path) throws IOException {
        return open(LlamaLibrary.load(), path);
    }

    /**
     * Opens the tokenizer of a GGUF file without its weights.
     *
     * @throws RefusedFileException if the file is no sound base model
     * @throws NativeCallException if llama.cpp refuses the tokenizer, with its reason
     * @throws IOException if the file cannot be read
     */
    public static Tokenizer open(LlamaLibrary library, Path path) throws IOException {
        String digest = digest(path);
        LlamaModel model = LlamaModel.load(library, path, LlamaModelOptions.vocabularyAlone());
        return new Tokenizer(model.vocabulary(), digest, model);
    }

    /**
     * The tokenizer of a model that is loaded already; it works as long as the model is open, and
     * closing it does nothing.
     *
     * @throws IOException if the model's file cannot be read
     */
    public static Tokenizer of(LlamaModel model) throws IOException {
        return new Tokenizer(model.vocabulary(), digest(model.path()), null);
    }

    private static String digest(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            return TokenizerDigest.of(file.metadata());
        }
    }

    /**
     * The tokens of a text.
     *
     * @param parseSpecial whether the names of control tokens in the text, such as {@code
     *     <|im_end|>}, become those tokens; never true for text that a person wrote
     */
    public int[] encode(String text, boolean parseSpecial) {
        return vocabulary.tokenize(text, parseSpecial);
    }

    /** The tokens of a text that a person wrote. */
    public int[] encode(String text) {
        return encode(text, false);
    }

    /** The text of tokens, in which control tokens stand for nothing. */
    public String decode(int... tokens) {
        return decode(tokens, false);
    }

    /**
     * The text of tokens.
     *
     * @param withSpecial whether control tokens stand for their names, or for nothing
     */
    public String decode(int[] tokens, boolean withSpecial) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.length * 4);
        for (int token : tokens) {
            bytes.writeBytes(vocabulary.piece(token, withSpecial));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The bytes of a token, which may be a part of a character; none for a control token. */
    public byte[] piece(int token) {
        return vocabulary.piece(token, false);
    }

    /** Bytes of a token's text, or of its name where it is a control token. */
    public int byteCount(int token) {
        return vocabulary.piece(token, true).length;
    }

    /** A decoder for tokens that come one by one. */
    public TextStream stream() {
        return new TextStream(this);
    }

    /** The number of tokens; ids are below it. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** The token that begins a text (BOS). */
    public OptionalInt beginning() {
        return vocabulary.beginning();
    }

    /** The token that ends a text (EOS). */
    public OptionalInt end() {
        return vocabulary.end();
    }

    /** The token that ends a turn (EOT), where the model names one. */
    public OptionalInt endOfTurn() {
        return vocabulary.endOfTurn();
    }

    /** The token that fills up (PAD). */
    public OptionalInt padding() {
        return vocabulary.padding();
    }

    /** Whether the model was made for texts that begin with {@link #beginning()}. */
    public boolean addsBeginning() {
        return vocabulary.addsBeginning();
    }

    /** Whether generation ends at the token. */
    public boolean isEndOfGeneration(int token) {
        return vocabulary.isEndOfGeneration(token);
    }

    /** The tokens that generation ends at, as a bit each. */
    public BitSet endsOfGeneration() {
        return vocabulary.endsOfGeneration();
    }

    /** Whether the token is a control token, which stands for no text of a person's. */
    public boolean isControl(int token) {
        return vocabulary.isControl(token);
    }

    /** The tokenizer's identity; see {@link TokenizerDigest}. */
    public String digest() {
        return digest;
    }

    /** Frees what {@link #open} loaded. */
    @Override
    public void close() {
        if (owned != null) {
            owned.close();
        }
    }
}
