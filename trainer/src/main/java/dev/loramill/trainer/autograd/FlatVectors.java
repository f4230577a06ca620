package dev.loramill.trainer.autograd;

import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The adapter's parameters and gradients as the device sees them: the host's memory itself on the
 * CPU, copies of it on a GPU.
 */
final class FlatVectors implements AutoCloseable {
    private final TorchDevice device;
    private final Tensor hostValues;
    private final Tensor hostGradients;
    private final Tensor values;
    private final Tensor gradients;
    private final List<Long> starts = new ArrayList<>();

    FlatVectors(LoraParameters parameters, int blockCount, TorchDevice device) {
        this.device = device;
        this.hostValues = flat(parameters.values());
        this.hostGradients = flat(parameters.gradients());
        LoraLayout layout = parameters.layout();
        for (int block = 0; block <= blockCount; block++) {
            starts.add(layout.length() * block / blockCount);
        }
        boolean isCopied = device.isCuda();
        this.values = isCopied ? device.copyOfFloats(hostValues) : hostValues.view(-1);
        this.gradients =
                isCopied ? device.zeros(ScalarType.Float, layout.length()) : hostGradients.view(-1);
        all().forEach(Tensor::retainReference);
    }

    /** Takes over changed parameters. */
    void publish() {
        if (device.isCuda()) {
            values.copy_(hostValues);
        }
    }

    /** The parameters of a block as a leaf that collects a gradient. */
    Tensor leaf(int block) {
        return part(values, block).detach().requires_grad_(true);
    }

    /** Adds a gradient of a block's parameters. */
    void add(int block, Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            part(gradients, block).add_(gradient);
        }
    }

    /** Adds what was collected to the host's gradients. */
    void collect() {
        if (device.isCuda()) {
            try (PointerScope scope = new PointerScope()) {
                hostGradients.add_(gradients.cpu());
                gradients.zero_();
            }
        }
    }

    @Override
    public void close() {
        all().forEach(Tensor::releaseReference);
    }

    private Tensor part(Tensor vector, int block) {
        long start = starts.get(block);
        return vector.narrow(0, start, starts.get(block + 1) - start);
    }

    private List<Tensor> all() {
        return List.of(hostValues, hostGradients, values, gradients);
    }

    private static Tensor flat(Matrix vector) {
        return vector.tensor().view(-1);
    }
}
