package dev.loramill.trainer.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A row-major matrix in native memory that both libtorch and the kernels see.
 *
 * <p>The memory belongs to the {@link MatrixArena} that made the matrix; after that is closed the
 * matrix must not be used. Distinct members of a {@link Team} may work on distinct rows at the same
 * time.
 */
public final class Matrix {
    private final String name;
    private final int rows;
    private final int columns;
    private final Precision precision;
    private final long address;
    private final @Nullable Tensor tensor;
    private final View[] views;

    Matrix(
            String name,
            int rows,
            int columns,
            Precision precision,
            long address,
            @Nullable Tensor tensor,
            int members) {
        this.name = name;
        this.rows = rows;
        this.columns = columns;
        this.precision = precision;
        this.address = address;
        this.tensor = tensor;
        this.views = new View[members];
        for (int member = 0; member < members; member++) {
            views[member] = new View();
        }
    }

    /** Number of rows. */
    public int rows() {
        return rows;
    }

    /** Number of columns, which is also the distance between rows, in elements. */
    public int columns() {
        return columns;
    }

    /** Format of the elements. */
    public Precision precision() {
        return precision;
    }

    /** Size of the whole matrix in bytes. */
    public long sizeBytes() {
        return (long) rows * columns * precision.bytes();
    }

    /** Native address of an element; the bounds of the row and the column are checked. */
    public long address(int row, int column) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(column, columns);
        return address + ((long) row * columns + column) * precision.bytes();
    }

    /** Native address of the element with this index in row-major order. */
    public long elementAddress(long index) {
        Objects.checkIndex(index, (long) rows * columns);
        return address + index * precision.bytes();
    }

    /** A place in the matrix, by the index of its element in row-major order. */
    public At at(long element) {
        return new At(this, element);
    }

    /**
     * A place in a matrix.
     *
     * @param matrix which matrix
     * @param element index of the element in row-major order
     */
    public record At(Matrix matrix, long element) {}

    /** The native memory of {@code elementCount} elements from the start of a row. */
    public MemorySegment segment(int row, long elementCount) {
        Objects.checkIndex(row, rows);
        Objects.checkFromIndexSize((long) row * columns, elementCount, (long) rows * columns);
        return MemorySegment.ofAddress(address + (long) row * columns * precision.bytes())
                .reinterpret(elementCount * precision.bytes());
    }

    /**
     * A view of consecutive rows for one member of the team; kept, so that asking for the same rows
     * again costs nothing.
     */
    Tensor view(int member, int from, int count, boolean transposed) {
        return views[member].of(tensor(), from, count, transposed);
    }

    void releaseViews() {
        for (View view : views) {
            view.release();
        }
        tensor().releaseReference();
    }

    /** The whole matrix as libtorch sees it; belongs to this matrix and shares its memory. */
    public Tensor tensor() {
        if (tensor == null) {
            throw new IllegalStateException(this + " has no memory");
        }
        return tensor;
    }

    @Override
    public String toString() {
        return name + "[" + rows + ", " + columns + ", " + precision.label() + "]";
    }

    private static final class View {
        private int from = -1;
        private int count = -1;
        private @Nullable Tensor plain;
        private @Nullable Tensor transposed;

        Tensor of(Tensor whole, int from, int count, boolean wantTransposed) {
            if (from != this.from || count != this.count) {
                release();
                this.from = from;
                this.count = count;
            }
            Tensor rows = plain;
            if (rows == null) {
                rows = whole.narrow(0, from, count);
                rows.retainReference();
                plain = rows;
            }
            if (!wantTransposed) {
                return rows;
            }
            Tensor flipped = transposed;
            if (flipped == null) {
                flipped = rows.t();
                flipped.retainReference();
                transposed = flipped;
            }
            return flipped;
        }

        void release() {
            if (transposed != null) {
                transposed.releaseReference();
                transposed = null;
            }
            if (plain != null) {
                plain.releaseReference();
                plain = null;
            }
        }
    }
}
