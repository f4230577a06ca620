package dev.loramill.trainer.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.device.ComputeChoice;
import dev.loramill.trainer.device.CudaState;
import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.RequestedDevice;
import dev.loramill.trainer.job.TrainingJob;
import dev.loramill.trainer.job.TrainingJob.Kernels;
import dev.loramill.trainer.job.TrainingJob.RequestedPrecision;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells which device a job would be computed on, and why. */
@Command(
        name = "devices",
        description = {
            "Tells which device, kernels and precision a job would get on this machine, and why.",
            "The last line is a JSON object with the same."
        },
        mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Option(
            names = "--device",
            defaultValue = "auto",
            description = "The device that a job would ask for (default: ${DEFAULT-VALUE}).")
    private String device = "auto";

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RequestedDevice asked =
                RequestedDevice.parse(device)
                        .orElseThrow(() ->
                                new InvalidJobException(
                                        "device must be one of "
                                                + RequestedDevice.ALLOWED
                                                + ", got \""
                                                + device
                                                + '"'));
        PrintWriter out = spec.commandLine().getOut();
        if (CudaState.look() instanceof CudaState.Ready ready) {
            for (Device.Cuda gpu : ready.devices()) {
                out.printf(
                        Locale.ROOT,
                        "%-10s %,d of %,d MiB free, %s%n",
                        gpu.label(),
                        gpu.freeBytes() >> 20,
                        gpu.totalBytes() >> 20,
                        gpu.hasBfloat16() ? "bf16" : "fp16");
            }
        }
        ComputeChoice choice =
                ComputeChoice.of(
                        new TrainingJob.Compute(asked, Kernels.AUTO, 1),
                        RequestedPrecision.AUTO,
                        0);
        out.printf(
                "%-10s %s kernels in %s: %s%n",
                choice.device().label(),
                choice.kernels(),
                choice.precision().label(),
                choice.reason());
        ObjectNode figures = JSON.createObjectNode();
        figures.put("name", "devices");
        figures.put("device", choice.device().label());
        figures.put("kernels", choice.kernels());
        figures.put("precision", choice.precision().label());
        figures.put("reason", choice.reason());
        figures.put("ok", true);
        out.println(JSON.writeValueAsString(figures));
        out.flush();
        return 0;
    }
}
