package dev.loramill.trainer.autograd;

import java.util.Objects;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Bounds the life of intermediate tensors, which otherwise live as long as the caller's scope. */
final class Scoped {
    private Scoped() {}

    /** The result of some operators, handed to the caller's scope; all else is released. */
    static Tensor of(Supplier<Tensor> operators) {
        PointerScope outer = Objects.requireNonNull(PointerScope.getInnerScope(), "no scope");
        try (PointerScope inner = new PointerScope()) {
            Tensor result = operators.get();
            outer.attach(result);
            return result;
        }
    }

    /** The same, with or without recording for a backward pass. */
    static Tensor of(boolean recorded, Supplier<Tensor> operators) {
        try (AutoGradMode mode = new AutoGradMode(recorded)) {
            return of(operators);
        }
    }
}
