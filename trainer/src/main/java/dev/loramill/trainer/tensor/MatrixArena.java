package dev.loramill.trainer.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Owns the native memory of matrices and counts it by purpose; all of it is freed on close. */
public final class MatrixArena implements MatrixAllocator, AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final int members;
    private final List<Matrix> matrices = new ArrayList<>();
    private final Map<String, Long> bytesByPurpose = new LinkedHashMap<>();

    /**
     * Makes an empty arena.
     *
     * @param members how many members of a {@link Team} will ask for views of its matrices
     */
    public MatrixArena(int members) {
        Libtorch.load();
        this.members = members;
    }

    @Override
    public Matrix zeros(String purpose, String name, int rows, int columns, Precision precision) {
        long bytes = (long) rows * columns * precision.bytes();
        MemorySegment memory = arena.allocate(Math.max(bytes, ALIGNMENT), ALIGNMENT);
        bytesByPurpose.merge(purpose, bytes, Long::sum);
        Tensor tensor = wrap(memory.address(), rows, columns, precision);
        Matrix matrix =
                new Matrix(name, rows, columns, precision, memory.address(), tensor, members);
        matrices.add(matrix);
        return matrix;
    }

    @Override
    public Map<String, Long> bytesByPurpose() {
        return Collections.unmodifiableMap(bytesByPurpose);
    }

    @Override
    public void close() {
        matrices.forEach(Matrix::releaseViews);
        matrices.clear();
        arena.close();
    }

    private static Tensor wrap(long address, long rows, long columns, Precision precision) {
        Tensor tensor = NativeTensors.wrap(address, precision, rows, columns);
        tensor.retainReference();
        return tensor;
    }
}
