package dev.loramill.trainer.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What this machine's processor multiplies fast. */
final class Processor {
    private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");
    private static final Set<String> BFLOAT16_FLAGS = Set.of("avx512_bf16", "amx_bf16");

    private Processor() {}

    /** Whether the processor has instructions for products of bfloat16. */
    static boolean multipliesBfloat16() {
        try {
            for (String line : Files.readAllLines(DESCRIPTION)) {
                if (line.startsWith("flags")) {
                    return List.of(line.split("\\s+")).stream().anyMatch(BFLOAT16_FLAGS::contains);
                }
            }
        } catch (IOException e) {
            return false;
        }
        return false;
    }
}
