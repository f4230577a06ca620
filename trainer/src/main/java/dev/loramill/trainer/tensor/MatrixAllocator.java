package dev.loramill.trainer.tensor;

import java.util.Map;

/** Where matrices come from; counts their bytes by purpose. */
public interface MatrixAllocator {
    /** A matrix of zeros; its bytes are counted under {@code purpose}. */
    Matrix zeros(String purpose, String name, int rows, int columns, Precision precision);

    /** Bytes asked for so far, by purpose, in order of first use. */
    Map<String, Long> bytesByPurpose();

    /** Bytes asked for so far. */
    default long sizeBytes() {
        return bytesByPurpose().values().stream().mapToLong(Long::longValue).sum();
    }
}
