package dev.loramill.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingDeviceTest {
    @TempDir private Path machine;

    @BeforeEach
    void aProcessorThatMultipliesBfloat16() throws IOException {
        processor("fpu sse2 avx512f avx512_bf16");
    }

    @Test
    void withoutADriverTheProcessorTrains() throws IOException {
        assertThat(look().found()).isEqualTo("cpu in bf16 (avx512_bf16)");
        assertThat(look().advice()).isEmpty();
    }

    @Test
    void aProcessorWithoutBfloat16TrainsInSinglePrecision() throws IOException {
        processor("fpu sse2 avx2");

        assertThat(look().found()).isEqualTo("cpu in fp32");
        assertThat(look().advice()).contains("avx512_bf16");
    }

    @Test
    void aDriverThatTheBuildCannotUseIsNamedWithTheBuildThatCan() throws IOException {
        Files.writeString(machine.resolve("driver"), "NVRM version\n");

        assertThat(look().found()).contains("cpu in bf16", "an NVIDIA driver is there");
        assertThat(look().advice()).contains("-Pcuda");
    }

    @Test
    void aGpuBuildWithoutADriverSaysSo() throws IOException {
        gpuBuild();

        assertThat(look().found()).contains("cpu in bf16", "the build has CUDA libraries");
        assertThat(look().advice()).contains("no NVIDIA driver");
    }

    @Test
    void bothTogetherLeaveTheAnswerToTheTrainer() throws IOException {
        Files.writeString(machine.resolve("driver"), "NVRM version\n");
        gpuBuild();

        assertThat(look()).isEqualTo(new TrainingDevice.Gpu());
        assertThat(look().found()).contains("./loramill trainer devices");
    }

    private void processor(String flags) throws IOException {
        Files.writeString(
                machine.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: " + flags + "\nbugs\t: \n");
    }

    private void gpuBuild() throws IOException {
        Path libraries = Files.createDirectories(machine.resolve("lib"));
        Files.createFile(libraries.resolve("org.bytedeco.pytorch-2.13.0-linux-x86_64-gpu.jar"));
    }

    private TrainingDevice look() throws IOException {
        return TrainingDevice.of(
                machine.resolve("cpuinfo"), machine.resolve("driver"), machine.resolve("lib"));
    }
}
