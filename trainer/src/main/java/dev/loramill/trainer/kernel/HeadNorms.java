package dev.loramill.trainer.kernel;

/**
 * Additions of other architectures between the projections and the rotation.
 *
 * @param bias added to the row of queries, keys and values; empty where there is none
 * @param queryWeight weight of the RMS norm of each query head; empty where there is none
 * @param keyWeight weight of the RMS norm of each key head; empty where there is none
 * @param epsilon epsilon of those norms
 */
@SuppressWarnings("ArrayRecordComponent") // read by kernels, never changed
public record HeadNorms(float[] bias, float[] queryWeight, float[] keyWeight, float epsilon) {

    /** Neither bias nor norms, as in architecture {@code llama}. */
    public static HeadNorms none() {
        return new HeadNorms(new float[0], new float[0], new float[0], 0f);
    }

    /** Whether heads are normalized, so that the projections' output is needed again. */
    public boolean normalizes() {
        return queryWeight.length > 0;
    }
}
