package dev.loramill.trainer.cli;

import dev.loramill.trainer.job.JobOverrides;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say on the command line where and how a job is computed. */
final class ComputeOptions {
    private static final String DEVICE = "--device";
    private static final String PRECISION = "--precision";

    @Option(
            names = DEVICE,
            paramLabel = "auto|cpu|cuda|cuda:N",
            description = {
                "Device to compute on, instead of the job file's.",
                "auto, which it is where neither says anything, takes an NVIDIA GPU if this build"
                        + " has the CUDA libraries (./mvnw -Pcuda) and one answers, else the cpu;"
                        + " cuda is cuda:0."
            })
    private @Nullable String device;

    @Option(
            names = PRECISION,
            paramLabel = "auto|bf16|fp16|fp32",
            description = {
                "Format of weights and activations, instead of the job file's.",
                "auto takes bf16 where the device multiplies it, else fp16 on a GPU and fp32 on"
                        + " the cpu."
            })
    private @Nullable String precision;

    JobOverrides overrides() {
        return new JobOverrides(device, precision);
    }

    /** The options that a process gets that is to do the same. */
    static List<String> arguments(JobOverrides overrides) {
        List<String> arguments = new ArrayList<>();
        if (overrides.device() != null) {
            arguments.addAll(List.of(DEVICE, overrides.device()));
        }
        if (overrides.precision() != null) {
            arguments.addAll(List.of(PRECISION, overrides.precision()));
        }
        return arguments;
    }
}
