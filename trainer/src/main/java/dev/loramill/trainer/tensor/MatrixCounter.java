package dev.loramill.trainer.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts what matrices would take and makes them without memory; for estimates. */
public final class MatrixCounter implements MatrixAllocator {
    private final Map<String, Long> bytesByPurpose = new LinkedHashMap<>();

    @Override
    public Matrix zeros(String purpose, String name, int rows, int columns, Precision precision) {
        Matrix matrix = new Matrix(name, rows, columns, precision, 0, null, 0);
        bytesByPurpose.merge(purpose, matrix.sizeBytes(), Long::sum);
        return matrix;
    }

    @Override
    public Map<String, Long> bytesByPurpose() {
        return Collections.unmodifiableMap(bytesByPurpose);
    }
}
