package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryFaultTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 14.58"
                        + " GiB of which 1.05 GiB is free. Including non-PyTorch memory, this process"
                        + " has 13.52 GiB memory in use. Of the allocated memory 13.29 GiB is"
                        + " allocated by PyTorch, and 96.31 MiB is reserved by PyTorch but"
                        + " unallocated.\nException raised from malloc at CUDACachingAllocator.cpp",
                "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                "[enforce fail at alloc_cpu.cpp:126] data. DefaultCPUAllocator: not enough memory:"
                        + " you tried to allocate 68719476736 bytes.",
                "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate"
                        + " memory: you tried to allocate 4611686018427387904 bytes. Error code 12"
                        + " (Cannot allocate memory)",
                "std::bad_alloc"
            })
    void knowsTheWordsOfNativeCodeAndSaysWhatToLower(String words) {
        assertThat(MemoryFault.sentence(new RuntimeException(words)))
                .hasValueSatisfying(sentence ->
                        assertThat(sentence)
                                .startsWith(
                                        "memory ran out: " + words.lines().findFirst().orElse(""))
                                .contains("lower batchSize or maxLength")
                                .doesNotContain("\n"));
    }

    @Test
    void looksAtCausesAndAtTheJavaHeap() {
        assertThat(
                        MemoryFault.sentence(
                                new CompletionException(new OutOfMemoryError("Java heap space"))))
                .hasValueSatisfying(
                        sentence -> assertThat(sentence).contains("Java heap space", "max-heap"));
    }

    @Test
    void leavesOtherFaultsAlone() {
        assertThat(
                        MemoryFault.sentence(
                                new RuntimeException(
                                        "CUDA error: device-side assert triggered; out of range")))
                .isEmpty();
        assertThat(MemoryFault.sentence(new IllegalStateException())).isEmpty();
    }
}
