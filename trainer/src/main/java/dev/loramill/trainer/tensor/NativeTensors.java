package dev.loramill.trainer.tensor;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Tensors over memory that is owned elsewhere. */
public final class NativeTensors {
    private static final Map<Precision, TensorOptions> OPTIONS = new EnumMap<>(Precision.class);

    static {
        for (Precision precision : Precision.values()) {
            TensorOptions options =
                    new TensorOptions().dtype(new ScalarTypeOptional(precision.scalarType()));
            options.retainReference();
            OPTIONS.put(precision, options);
        }
    }

    private NativeTensors() {}

    /** A contiguous tensor of the given sizes; it does not own the memory. */
    public static Tensor wrap(long address, Precision precision, long... sizes) {
        return torch.from_blob(new NativeAddress(address), sizes, OPTIONS.get(precision));
    }

    /** A contiguous vector of doubles; it does not own the memory. */
    public static Tensor wrapDoubles(long address, long length) {
        TensorOptions options =
                new TensorOptions().dtype(new ScalarTypeOptional(torch.ScalarType.Double));
        return torch.from_blob(new NativeAddress(address), new long[] {length}, options);
    }

    private static final class NativeAddress extends Pointer {
        @SuppressWarnings("this-escape")
        NativeAddress(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
