package dev.loramill.llama.binding;

import dev.loramill.llama.binding.internal.NativeLog;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFault;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A LoRA adapter in native memory, for one model.
 *
 * <p>May be loaded and closed by any thread while others decode; it can be closed only when no
 * context holds it.
 */
public final class LoraAdapter implements AutoCloseable {
    private final LlamaModel model;
    private final Path path;
    private final NativeHandle handle;

    private LoraAdapter(LlamaModel model, Path path, NativeHandle handle) {
        this.model = model;
        this.path = path;
        this.handle = handle;
    }

    /**
     * Checks a file completely and loads it as an adapter for a model.
     *
     * <p>Give a private copy that nobody changes meanwhile.
     *
     * @throws RefusedFileException if the file is no sound adapter for the model
     * @throws IllegalStateException if the library cannot put adapters on the model's weights
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws IOException if the file cannot be read
     */
    public static LoraAdapter load(LlamaModel model, Path path) throws IOException {
        model.requireWeights("adapters");
        if (new AdapterValidator(model.hyperparameters()).validate(path)
                instanceof AdapterOutcome.Refused(List<GgufFault> faults)) {
            throw new RefusedFileException("adapter", path, faults);
        }
        return loadUnchecked(model, path);
    }

    /**
     * Loads a file that {@link AdapterValidator} has just accepted for the model, and does not
     * check it again.
     *
     * <p>Give the private copy that was checked.
     *
     * @param accepted what the validator made of this very file
     * @throws IllegalArgumentException if it can be seen that it was another file
     * @throws IllegalStateException if the library cannot put adapters on the model's weights
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws IOException if the file cannot be read
     */
    public static LoraAdapter load(LlamaModel model, Path path, AdapterOutcome.Accepted accepted)
            throws IOException {
        long sizeBytes = Files.size(path);
        if (sizeBytes != accepted.adapter().sizeBytes()) {
            throw new IllegalArgumentException(
                    "\"%s\" has %d bytes, but a file of %d bytes was checked; check the file that is loaded"
                            .formatted(path, sizeBytes, accepted.adapter().sizeBytes()));
        }
        return loadUnchecked(model, path);
    }

    /**
     * Loads a file without a check; malformed files end the process by it, so only trials in a
     * process of their own may call it.
     *
     * @throws IllegalStateException if the library cannot put adapters on the model's weights
     * @throws NativeCallException if llama.cpp refuses the file, with its reason
     * @throws IOException if the file cannot be read
     */
    public static LoraAdapter loadUnchecked(LlamaModel model, Path path) throws IOException {
        model.requireWeights("adapters");
        requireBaseTypes(model);
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(path.toString());
        }
        MemorySegment owner = model.handle().hold();
        boolean loaded = false;
        model.adapterLock.lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
            NativeLog.Heard<MemorySegment> heard =
                    model.functions()
                            .log()
                            .listen(() -> model.functions().models().loadAdapter(owner, name));
            if (heard.result().equals(MemorySegment.NULL)) {
                throw new NativeCallException(
                        "llama_adapter_lora_init", 0, "\"" + path + "\"", heard.reason());
            }
            loaded = true;
            return new LoraAdapter(
                    model,
                    path,
                    new NativeHandle("LoraAdapter \"" + path.getFileName() + "\"", heard.result()));
        } finally {
            model.adapterLock.unlock();
            if (!loaded) {
                model.handle().release();
            }
        }
    }

    private static void requireBaseTypes(LlamaModel model) {
        Set<GgmlType> missing = model.typesWithoutAdapters();
        if (!missing.isEmpty()) {
            LlamaCapabilities library = model.library().capabilities();
            throw new IllegalStateException(
                    "llama.cpp %s of %s cannot put adapters on weights of type %s as in %s; it can on %s; fetch the current build"
                            .formatted(
                                    library.version(),
                                    library.name(),
                                    missing,
                                    model.handle().name(),
                                    library.loraBaseTypes()));
        }
    }

    /** The model that the adapter is for. */
    public LlamaModel model() {
        return model;
    }

    /** The file the adapter was loaded from. */
    public Path path() {
        return path;
    }

    NativeHandle handle() {
        return handle;
    }

    /**
     * Frees the adapter.
     *
     * @throws IllegalStateException if it is closed already or a context holds it
     */
    @Override
    public void close() {
        MemorySegment address = handle.close();
        model.adapterLock.lock();
        try {
            model.functions().models().freeAdapter(address);
        } finally {
            model.adapterLock.unlock();
            model.handle().release();
        }
    }
}
