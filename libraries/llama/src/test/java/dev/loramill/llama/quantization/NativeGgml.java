package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.natives.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** ggml's own conversions, called in a native library. */
final class NativeGgml {
    private static final FunctionDescriptor ROW_FUNCTION =
            FunctionDescriptor.ofVoid(
                    ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);

    private final String name;
    private final SymbolLookup symbols;

    private NativeGgml(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
        fillTables();
    }

    /** Older builds convert half precision through a table that the first context fills. */
    private void fillTables() {
        MemoryLayout parameters =
                MemoryLayout.structLayout(
                        ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
        MethodHandle init =
                Linker.nativeLinker()
                        .downcallHandle(
                                symbols.findOrThrow("ggml_init"),
                                FunctionDescriptor.of(ValueLayout.ADDRESS, parameters));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(parameters);
            values.set(ValueLayout.JAVA_LONG, 0, 4096);
            MemorySegment context = (MemorySegment) init.invokeExact(values);
            if (context.equals(MemorySegment.NULL)) {
                throw new IllegalStateException("ggml_init failed in " + name);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("ggml_init", e);
        }
    }

    /** Every library of this machine: java-llama.cpp's, and the current build's where fetched. */
    static List<NativeGgml> all(Path folder) throws IOException {
        List<NativeGgml> libraries = new ArrayList<>();
        libraries.add(javaLlama(folder));
        if (NativesLookup.find() instanceof NativesSource.FetchedBuild(Path directory)) {
            Path library = directory.resolve(Platform.current().files().base());
            libraries.add(
                    new NativeGgml(
                            "current build", SymbolLookup.libraryLookup(library, Arena.global())));
        }
        return libraries;
    }

    private static NativeGgml javaLlama(Path folder) throws IOException {
        String arch = "aarch64".equals(System.getProperty("os.arch")) ? "aarch64" : "x86_64";
        Path copy = folder.resolve("libjllama.so");
        try (InputStream in =
                Objects.requireNonNull(
                        NativeGgml.class.getResourceAsStream(
                                "/de/kherud/llama/Linux/" + arch + "/libjllama.so"))) {
            Files.copy(in, copy);
        }
        return new NativeGgml("java-llama.cpp", SymbolLookup.libraryLookup(copy, Arena.global()));
    }

    float[] dequantize(GgmlType type, byte[] blocks) {
        int count = blocks.length / type.typeSize() * type.blockSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(blocks.length, 32);
            source.copyFrom(MemorySegment.ofArray(blocks));
            MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, count);
            call("dequantize_row_" + suffix(type), source, values, count);
            return values.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    byte[] quantize(GgmlType type, float[] values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
            MemorySegment blocks = arena.allocate(type.byteSize(values.length), 32);
            call("quantize_row_" + suffix(type) + "_ref", source, blocks, values.length);
            return blocks.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    short[] toBfloat16(float[] values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
            MemorySegment bits = arena.allocate(ValueLayout.JAVA_SHORT, values.length);
            call("ggml_fp32_to_bf16_row_ref", source, bits, values.length);
            return bits.toArray(ValueLayout.JAVA_SHORT);
        }
    }

    private void call(String function, MemorySegment from, MemorySegment to, long count) {
        MethodHandle handle =
                Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), ROW_FUNCTION);
        try {
            handle.invokeExact(from, to, count);
        } catch (Throwable e) {
            throw new IllegalStateException(function, e);
        }
    }

    private static String suffix(GgmlType type) {
        String name = type.name().toLowerCase(Locale.ROOT);
        return name.endsWith("_k") ? name.substring(0, name.length() - 1) + "K" : name;
    }

    @Override
    public String toString() {
        return name;
    }
}
