package dev.loramill.trainer.device;

import dev.loramill.trainer.tensor.Libtorch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.CUDAHooksInterface;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.global.torch;

/** Whether GPUs can be used by this build on this machine. */
public sealed interface CudaState {
    /** The library that only the GPU artifact of libtorch has. */
    String LIBRARY = "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";

    /**
     * At least one GPU answers.
     *
     * @param devices all of them, by index
     */
    record Ready(List<Device.Cuda> devices) implements CudaState {
        /** Keeps the devices unchanged. */
        public Ready {
            devices = List.copyOf(devices);
        }
    }

    /**
     * None can be used.
     *
     * @param reason why not, and what to do
     */
    record Absent(String reason) implements CudaState {}

    /**
     * Looks; loads libtorch only if this build has its CUDA libraries.
     *
     * @throws IllegalStateException if it has, and they cannot be loaded on this machine
     */
    static CudaState look() {
        if (CudaState.class.getResource(LIBRARY) == null) {
            return new Absent(
                    "this build has no CUDA libraries; build with -Pcuda (./mvnw -Pcuda -pl"
                            + " trainer -am package)");
        }
        Libtorch.load();
        CUDAHooksInterface hooks = torch.getCUDAHooks();
        if (!hooks.hasCUDART()) {
            return new Absent(
                    "libtorch_cuda.so of this build cannot be loaded; put CUDA 13 with cuBLAS,"
                            + " cuDNN 9, cuSPARSE and NCCL on LD_LIBRARY_PATH");
        }
        int count = torch.cuda_device_count();
        if (count < 1) {
            return new Absent("no GPU answers; see whether nvidia-smi lists one");
        }
        hooks.init();
        List<Device.Cuda> devices = new ArrayList<>();
        for (byte index = 0; index < count; index++) {
            hooks.setCurrentDevice(index);
            SizeTPair freeAndTotal = torch.getMemoryInfo(index);
            devices.add(
                    new Device.Cuda(
                            index,
                            // libtorch answers this by compute capability 8.0
                            hooks.supportsBFloat16ConvolutionWithCuDNNv8(),
                            freeAndTotal.first(),
                            freeAndTotal.second()));
        }
        hooks.setCurrentDevice((byte) 0);
        return new Ready(devices);
    }
}
