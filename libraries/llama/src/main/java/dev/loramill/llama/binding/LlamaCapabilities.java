package dev.loramill.llama.binding;

import dev.loramill.llama.gguf.GgmlType;
import java.util.Set;

/**
 * What a native library can do, as data that callers ask for.
 *
 * @param name short name of the build, such as {@code node-llama-cpp}
 * @param version version of llama.cpp, such as {@code 0.5.0-dev} or {@code b4916}
 * @param parallelDecode whether several contexts decode at the same time; if not, the binding lets
 *     them decode one after the other, so several decoding threads gain nothing
 * @param loraBaseTypes types of base weights that adapters can be put on; others are refused
 */
public record LlamaCapabilities(
        String name, String version, boolean parallelDecode, Set<GgmlType> loraBaseTypes) {
    /** Takes a copy. */
    public LlamaCapabilities {
        loraBaseTypes = Set.copyOf(loraBaseTypes);
    }
}
