package dev.loramill.local.cli;

import dev.loramill.local.launch.LoramillHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the trainer would compute on, as far as files tell; asking a GPU would start libtorch, which
 * takes seconds.
 */
sealed interface TrainingDevice {
    /** The trainer's own answer, by the device itself. */
    String ASK = "./loramill trainer devices";

    /** What stands on the line of the device. */
    String found();

    /** What would make it better; empty where nothing would. */
    String advice();

    /**
     * The processor, because this machine has no NVIDIA driver, or the build cannot use one.
     *
     * @param bfloat16 the processor's feature that multiplies bf16; empty if it has none
     * @param hasDriver whether there is an NVIDIA driver
     * @param hasCuda whether the build has libtorch's CUDA libraries
     */
    record Cpu(String bfloat16, boolean hasDriver, boolean hasCuda) implements TrainingDevice {
        @Override
        public String found() {
            return "cpu in "
                    + (bfloat16.isEmpty() ? "fp32" : "bf16 (" + bfloat16 + ")")
                    + (hasDriver ? "; an NVIDIA driver is there" : "")
                    + (hasCuda ? "; the build has CUDA libraries" : "");
        }

        @Override
        public String advice() {
            if (hasDriver) {
                return "the build cannot use the GPU: ./mvnw -Pcuda -pl trainer -am package";
            }
            if (hasCuda) {
                return "no NVIDIA driver is loaded; " + ASK + " says what is missing";
            }
            return bfloat16.isEmpty() ? "with avx512_bf16 or amx_bf16 it would be faster" : "";
        }
    }

    /** A GPU, if it answers. */
    record Gpu() implements TrainingDevice {
        @Override
        public String found() {
            return "an NVIDIA driver is loaded and the build has CUDA libraries; " + ASK;
        }

        @Override
        public String advice() {
            return "";
        }
    }

    /** Looks at this machine and at the built trainer. */
    static TrainingDevice of(LoramillHome home) throws IOException {
        return of(
                Path.of("/proc/cpuinfo"),
                Path.of("/proc/driver/nvidia/version"),
                home.trainer().resolve("lib"));
    }

    /**
     * Looks at some files.
     *
     * @param processor Linux's description of the processor
     * @param driver is there if the driver of NVIDIA is loaded
     * @param libraries the trainer's libraries
     */
    static TrainingDevice of(Path processor, Path driver, Path libraries) throws IOException {
        boolean hasDriver = Files.exists(driver);
        boolean hasCuda = hasCuda(libraries);
        return hasDriver && hasCuda ? new Gpu() : new Cpu(bfloat16(processor), hasDriver, hasCuda);
    }

    private static boolean hasCuda(Path libraries) throws IOException {
        if (!Files.isDirectory(libraries)) {
            return false;
        }
        try (Stream<Path> files = Files.list(libraries)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .anyMatch(name -> name.contains("pytorch") && name.endsWith("-gpu.jar"));
        }
    }

    private static String bfloat16(Path processor) throws IOException {
        Set<String> flags = Set.of();
        if (Files.isReadable(processor)) {
            try (Stream<String> lines = Files.lines(processor)) {
                flags =
                        lines.filter(line -> line.startsWith("flags"))
                                .findFirst()
                                .map(line -> Set.copyOf(List.of(line.split("\\s+"))))
                                .orElse(Set.of());
            }
        }
        return Stream.of("amx_bf16", "avx512_bf16").filter(flags::contains).findFirst().orElse("");
    }
}
