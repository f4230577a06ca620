package dev.loramill.trainer.autograd;

import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.tensor.Precision;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Makes tensors on one device; all belong to the caller's pointer scope. */
final class TorchDevice {
    private final String label;
    private final boolean isCuda;
    private final Precision precision;

    /** Names the device; on a GPU, makes it the current one of this thread. */
    TorchDevice(Device device, Precision precision) {
        this.label = device.label();
        this.precision = precision;
        this.isCuda =
                switch (device) {
                    case Device.Cpu _ -> false;
                    case Device.Cuda gpu -> {
                        torch.getCUDAHooks().setCurrentDevice((byte) gpu.index());
                        yield true;
                    }
                };
    }

    boolean isCuda() {
        return isCuda;
    }

    Precision precision() {
        return precision;
    }

    /** A copy of a tensor on this device, in the precision that is computed in. */
    Tensor copy(Tensor source) {
        return copy(source, precision.scalarType());
    }

    /** A copy of a tensor on this device in single precision. */
    Tensor copyOfFloats(Tensor source) {
        return copy(source, ScalarType.Float);
    }

    /** A vector on this device, in the precision that is computed in. */
    Tensor vector(float[] values) {
        return copy(torch.tensor(values));
    }

    /** A matrix of floats on this device. */
    Tensor floats(float[] values, long rows, long columns) {
        return copyOfFloats(torch.tensor(values).view(rows, columns));
    }

    /** A vector of indices on this device. */
    Tensor indices(long[] values) {
        return copy(torch.tensor(values), ScalarType.Long);
    }

    /** A vector of 32-bit integers on this device. */
    Tensor integers(int[] values) {
        return copy(torch.tensor(values), ScalarType.Int);
    }

    /** Zeros in the precision that is computed in. */
    Tensor zeros(long... sizes) {
        return zeros(precision.scalarType(), sizes);
    }

    Tensor zeros(ScalarType type, long... sizes) {
        return torch.zeros(
                sizes,
                new TensorOptions()
                        .dtype(new ScalarTypeOptional(type))
                        .device(new DeviceOptional(new org.bytedeco.pytorch.Device(label))));
    }

    private Tensor copy(Tensor source, ScalarType type) {
        return source.to(
                new org.bytedeco.pytorch.Device(label),
                type,
                false,
                true,
                new MemoryFormatOptional());
    }
}
