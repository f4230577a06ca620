package dev.loramill.trainer.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.RequestedDevice;
import dev.loramill.trainer.job.TrainingJob.Compute;
import dev.loramill.trainer.job.TrainingJob.Kernels;
import dev.loramill.trainer.job.TrainingJob.RequestedPrecision;
import dev.loramill.trainer.tensor.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComputeChoiceTest {
    private static final Device.Cpu CPU = new Device.Cpu(true);
    private static final CudaState NONE = new CudaState.Absent("this build has no CUDA libraries");
    private static final Device.Cuda H100 = new Device.Cuda(0, true, 80L << 30, 80L << 30);
    private static final Device.Cuda T4 = new Device.Cuda(0, false, 15L << 30, 15L << 30);

    @Test
    void autoTakesTheGpuThatAnswers() {
        ComputeChoice choice = choose("auto", Kernels.AUTO, RequestedPrecision.AUTO, H100);

        assertThat(choice.device()).isEqualTo(H100);
        assertThat(choice.isFused()).isFalse();
        assertThat(choice.precision()).isEqualTo(Precision.BFLOAT16);
    }

    @Test
    void processesOfARunSpreadOverTheGpus() {
        Device.Cuda second = new Device.Cuda(1, true, 80L << 30, 80L << 30);
        for (int rank = 0; rank < 4; rank++) {
            ComputeChoice choice =
                    ComputeChoice.of(
                            new Compute(RequestedDevice.AUTO, Kernels.AUTO, 1),
                            RequestedPrecision.AUTO,
                            rank,
                            CPU,
                            () -> new CudaState.Ready(List.of(H100, second)));

            assertThat(choice.device()).isEqualTo(rank % 2 == 0 ? H100 : second);
        }
    }

    @Test
    void autoFallsBackToTheFusedProcessorAndSaysWhy() {
        ComputeChoice choice = choose("auto", Kernels.AUTO, RequestedPrecision.AUTO);

        assertThat(choice.device()).isEqualTo(CPU);
        assertThat(choice.isFused()).isTrue();
        assertThat(choice.reason()).contains("no CUDA libraries");
    }

    @ParameterizedTest
    @CsvSource({"AUTO, FLOAT16", "FP16, FLOAT16", "FP32, FLOAT32"})
    void aGpuWithoutBfloat16TakesHalves(RequestedPrecision asked, Precision expected) {
        assertThat(choose("cuda", Kernels.AUTO, asked, T4).precision()).isEqualTo(expected);
    }

    @Test
    void aProcessorWithoutBfloat16TakesSinglePrecision() {
        ComputeChoice choice =
                ComputeChoice.of(
                        new Compute(RequestedDevice.AUTO, Kernels.AUTO, 1),
                        RequestedPrecision.AUTO,
                        0,
                        new Device.Cpu(false),
                        () -> NONE);

        assertThat(choice.precision()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void aJobForTheProcessorNeverLooksForGpus() {
        ComputeChoice choice =
                ComputeChoice.of(
                        new Compute(
                                new RequestedDevice(RequestedDevice.Kind.CPU, 0), Kernels.TORCH, 1),
                        RequestedPrecision.FP16,
                        0,
                        CPU,
                        () -> {
                            throw new AssertionError("looked for GPUs");
                        });

        assertThat(choice.isFused()).isFalse();
        assertThat(choice.precision()).isEqualTo(Precision.FLOAT16);
    }

    @Test
    void refusesWhatIsNotToBeHadAndSaysWhatIs() {
        assertRefused("cuda", Kernels.AUTO, RequestedPrecision.AUTO)
                .hasMessageContaining("device \"cuda:0\" cannot be used: this build has no CUDA")
                .hasMessageContaining("choose device \"cpu\"");
        assertRefused("cuda:1", Kernels.AUTO, RequestedPrecision.AUTO, H100)
                .hasMessageContaining("device \"cuda:1\" is not there");
        assertRefused("cuda", Kernels.FUSED, RequestedPrecision.AUTO, H100)
                .hasMessageContaining("run on the cpu only");
        assertRefused("cuda", Kernels.AUTO, RequestedPrecision.BF16, T4)
                .hasMessageContaining("choose \"fp16\" or \"fp32\"");
        assertRefused("cpu", Kernels.AUTO, RequestedPrecision.FP16)
                .hasMessageContaining("choose \"bf16\" or \"fp32\", or kernels \"torch\"");
    }

    @ParameterizedTest
    @CsvSource({"gpu", "cuda:", "cuda:-1", "cuda:128", "CUDA", "cuda:1x"})
    void knowsNoOtherDevices(String text) {
        assertThat(RequestedDevice.parse(text)).isEmpty();
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable>
            assertRefused(
                    String device,
                    Kernels kernels,
                    RequestedPrecision precision,
                    Device.Cuda... gpus) {
        return assertThatThrownBy(() -> choose(device, kernels, precision, gpus))
                .isInstanceOf(InvalidJobException.class);
    }

    private static ComputeChoice choose(
            String device, Kernels kernels, RequestedPrecision precision, Device.Cuda... gpus) {
        return ComputeChoice.of(
                new Compute(RequestedDevice.parse(device).orElseThrow(), kernels, 1),
                precision,
                0,
                CPU,
                () -> gpus.length == 0 ? NONE : new CudaState.Ready(List.of(gpus)));
    }
}
