package dev.loramill.trainer.device;

import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.RequestedDevice;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.job.TrainingJob.Kernels;
import dev.loramill.trainer.job.TrainingJob.RequestedPrecision;
import dev.loramill.trainer.tensor.Precision;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Where and how a run computes.
 *
 * @param device the device
 * @param isFused whether kernels of our own compute, on the CPU; otherwise libtorch's operators
 * @param precision format of weights and activations
 * @param reason why this device, for people
 */
public record ComputeChoice(Device device, boolean isFused, Precision precision, String reason) {

    /**
     * Chooses for a job on this machine.
     *
     * @param rank which of the processes of the run this is, from 0; where the job leaves the
     *     device open, each takes a GPU of its own as long as there are as many
     * @throws InvalidJobException if what it asks for is not to be had
     */
    public static ComputeChoice of(TrainingJob job, int rank) {
        return of(job.compute(), job.precision(), rank);
    }

    /** Likewise, for a part of a job. */
    public static ComputeChoice of(
            TrainingJob.Compute compute, RequestedPrecision precision, int rank) {
        return of(
                compute,
                precision,
                rank,
                new Device.Cpu(Processor.multipliesBfloat16()),
                CudaState::look);
    }

    /** What computes, as jobs call it: {@code fused} or {@code torch}. */
    public String kernels() {
        return isFused ? "fused" : "torch";
    }

    static ComputeChoice of(
            TrainingJob.Compute compute,
            RequestedPrecision precision,
            int rank,
            Device.Cpu cpu,
            Supplier<CudaState> cuda) {
        RequestedDevice asked = compute.device();
        return switch (asked.kind()) {
            case CPU -> on(cpu, compute.kernels(), precision, "it was asked for");
            case CUDA ->
                    switch (cuda.get()) {
                        case CudaState.Absent absent ->
                                throw new InvalidJobException(
                                        "device \"cuda:"
                                                + asked.index()
                                                + "\" cannot be used: "
                                                + absent.reason()
                                                + "; or choose device \"cpu\"");
                        case CudaState.Ready ready ->
                                on(
                                        device(ready, asked.index()),
                                        compute.kernels(),
                                        precision,
                                        "it was asked for");
                    };
            case AUTO ->
                    switch (cuda.get()) {
                        case CudaState.Absent absent ->
                                on(cpu, compute.kernels(), precision, absent.reason());
                        case CudaState.Ready ready ->
                                compute.kernels() == Kernels.FUSED
                                        ? on(
                                                cpu,
                                                Kernels.FUSED,
                                                precision,
                                                "kernels \"fused\" run there only")
                                        : on(
                                                ready.devices().get(rank % ready.devices().size()),
                                                compute.kernels(),
                                                precision,
                                                "it answers");
                    };
        };
    }

    private static Device.Cuda device(CudaState.Ready ready, int index) {
        if (index >= ready.devices().size()) {
            throw new InvalidJobException(
                    "device \"cuda:"
                            + index
                            + "\" is not there; this machine has "
                            + ready.devices().stream()
                                    .map(Device::label)
                                    .collect(Collectors.joining(", ")));
        }
        return ready.devices().get(index);
    }

    private static ComputeChoice on(
            Device device, Kernels kernels, RequestedPrecision precision, String reason) {
        boolean isFused =
                switch (device) {
                    case Device.Cpu _ -> kernels != Kernels.TORCH;
                    case Device.Cuda _ -> {
                        if (kernels == Kernels.FUSED) {
                            throw new InvalidJobException(
                                    "kernels \"fused\" run on the cpu only, the job asks for"
                                            + " device \""
                                            + device.label()
                                            + "\"; choose kernels \"torch\" or \"auto\"");
                        }
                        yield false;
                    }
                };
        return new ComputeChoice(device, isFused, precision(device, isFused, precision), reason);
    }

    private static Precision precision(
            Device device, boolean isFused, RequestedPrecision requested) {
        return switch (requested) {
            case FP32 -> Precision.FLOAT32;
            case BF16 -> {
                if (device instanceof Device.Cuda && !device.hasBfloat16()) {
                    throw new InvalidJobException(
                            "precision \"bf16\" needs compute capability 8.0, which "
                                    + device.label()
                                    + " does not have; choose \"fp16\" or \"fp32\"");
                }
                yield Precision.BFLOAT16;
            }
            case FP16 -> {
                if (isFused) {
                    throw new InvalidJobException(
                            "precision \"fp16\" is not computed by the fused kernels of the cpu;"
                                    + " choose \"bf16\" or \"fp32\", or kernels \"torch\"");
                }
                yield Precision.FLOAT16;
            }
            case AUTO ->
                    device.hasBfloat16()
                            ? Precision.BFLOAT16
                            : switch (device) {
                                case Device.Cpu _ -> Precision.FLOAT32;
                                case Device.Cuda _ -> Precision.FLOAT16;
                            };
        };
    }
}
