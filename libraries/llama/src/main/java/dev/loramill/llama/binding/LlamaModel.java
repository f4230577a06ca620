package dev.loramill.llama.binding;

import dev.loramill.llama.binding.internal.LoadedLibrary;
import dev.loramill.llama.binding.internal.ModelSettings;
import dev.loramill.llama.binding.internal.NativeLog;
import dev.loramill.llama.gguf.BaseOutcome;
import dev.loramill.llama.gguf.BaseValidator;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFault;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * A base model in native memory.
 *
 * <p>Safe for use by any number of threads. Contexts, adapters and samplers made from it must be
 * closed first; {@link #close()} refuses otherwise.
 */
public final class LlamaModel implements AutoCloseable {
    private final LlamaLibrary library;
    private final Path path;
    private final NativeHandle handle;
    private final Vocabulary vocabulary;
    private final boolean isVocabularyOnly;
    private final ModelHyperparameters hyperparameters;
    private final Set<GgmlType> matrixTypes;

    /** Loading and freeing adapters of one model at the same time crashes llama.cpp. */
    final ReentrantLock adapterLock = new ReentrantLock();

    private LlamaModel(
            LlamaLibrary library,
            Path path,
            NativeHandle handle,
            boolean isVocabularyOnly,
            ModelHyperparameters hyperparameters,
            Set<GgmlType> matrixTypes) {
        this.library = library;
        this.path = path;
        this.handle = handle;
        this.isVocabularyOnly = isVocabularyOnly;
        this.hyperparameters = hyperparameters;
        this.matrixTypes = matrixTypes;
        this.vocabulary = new Vocabulary(library.functions(), handle);
    }

    /**
     * Loads a model with the library that {@link LlamaLibrary#load()} chooses.
     *
     * @throws RefusedFileException if the file is no sound base model
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws IOException if the file cannot be read
     */
    public static LlamaModel load(Path path, LlamaModelOptions options) throws IOException {
        return load(LlamaLibrary.load(), path, options);
    }

    /**
     * Loads a model with a given library.
     *
     * @throws RefusedFileException if the file is no sound base model
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws IOException if the file cannot be read
     */
    public static LlamaModel load(LlamaLibrary library, Path path, LlamaModelOptions options)
            throws IOException {
        ModelHyperparameters hyperparameters = requireSound(path);
        Set<GgmlType> types;
        try (GgufFile file = GgufFile.open(path)) {
            types =
                    file.tensors().stream()
                            .filter(LlamaModel::takesAdapters)
                            .map(GgufTensor::type)
                            .collect(Collectors.toUnmodifiableSet());
        }
        LoadedLibrary functions = library.functions();
        ModelSettings settings =
                new ModelSettings(
                        options.vocabularyOnly(),
                        options.memoryMap(),
                        options.repackWeights(),
                        options.gpuLayers());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
            NativeLog.Heard<MemorySegment> heard =
                    functions
                            .log()
                            .listen(() -> functions.build().loadModel(arena, name, settings));
            if (heard.result().equals(MemorySegment.NULL)) {
                throw new NativeCallException(
                        "llama_model_load_from_file", 0, "\"" + path + "\"", heard.reason());
            }
            NativeHandle handle =
                    new NativeHandle("LlamaModel \"" + path.getFileName() + "\"", heard.result());
            return new LlamaModel(
                    library, path, handle, options.vocabularyOnly(), hyperparameters, types);
        }
    }

    private static ModelHyperparameters requireSound(Path path) throws IOException {
        return switch (BaseValidator.validate(path)) {
            case BaseOutcome.Accepted(ModelHyperparameters model) -> model;
            case BaseOutcome.Refused(List<GgufFault> faults) ->
                    throw new RefusedFileException("base", path, faults);
        };
    }

    private static boolean takesAdapters(GgufTensor tensor) {
        return tensor.name().startsWith("blk.") && tensor.dimensions().size() == 2;
    }

    /** The library that holds the model. */
    public LlamaLibrary library() {
        return library;
    }

    /** The file the model was loaded from. */
    public Path path() {
        return path;
    }

    /** The model's tokens. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Whether no weights were loaded. */
    public boolean isVocabularyOnly() {
        return isVocabularyOnly;
    }

    /** The model's sizes. */
    public ModelHyperparameters hyperparameters() {
        return hyperparameters;
    }

    /** Longest sequence in tokens that the model was made for. */
    public int contextLength() {
        return functions().models().contextLength(handle.address());
    }

    /** Width of the residual stream. */
    public int embeddingLength() {
        return functions().models().embeddingLength(handle.address());
    }

    /** Transformer blocks. */
    public int blockCount() {
        return functions().models().blockCount(handle.address());
    }

    /** Weights in all tensors. */
    public long parameterCount() {
        return functions().models().parameterCount(handle.address());
    }

    /** Bytes of all tensors. */
    public long sizeBytes() {
        return functions().models().sizeBytes(handle.address());
    }

    /**
     * Types of the matrices in the blocks that this library cannot put an adapter on; empty if
     * adapters can be used.
     */
    public Set<GgmlType> typesWithoutAdapters() {
        return matrixTypes.stream()
                .filter(type -> !library.capabilities().loraBaseTypes().contains(type))
                .collect(Collectors.toUnmodifiableSet());
    }

    NativeHandle handle() {
        return handle;
    }

    LoadedLibrary functions() {
        return library.functions();
    }

    void requireWeights(String purpose) {
        if (isVocabularyOnly) {
            throw new IllegalStateException(
                    "%s was loaded without weights and cannot be used for %s"
                            .formatted(handle.name(), purpose));
        }
    }

    /**
     * Frees the model.
     *
     * @throws IllegalStateException if it is closed already or something made from it is open
     */
    @Override
    public void close() {
        functions().models().free(handle.close());
    }
}
