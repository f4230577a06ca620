package dev.loramill.trainer.model;

/** Reads one-dimensional weights and checks their length. */
public final class Vectors {
    private Vectors() {}

    /**
     * The elements of a tensor.
     *
     * @throws UnsupportedBaseException if it is absent or of another length
     */
    public static float[] required(FrozenWeights base, String name, int length) {
        float[] values =
                base.vector(name)
                        .orElseThrow(() ->
                                new UnsupportedBaseException(
                                        "base has no tensor \"" + name + "\""));
        if (values.length != length) {
            throw new UnsupportedBaseException(
                    "tensor \""
                            + name
                            + "\" must have "
                            + length
                            + " elements, got "
                            + values.length);
        }
        return values;
    }
}
