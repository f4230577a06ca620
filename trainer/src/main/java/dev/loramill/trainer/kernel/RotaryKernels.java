package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.FLOATS;
import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Takes rows of projections apart into rotated heads, and puts the heads' gradients together again,
 * for one member of the team.
 */
public final class RotaryKernels {
    private final HeadLayout layout;
    private final RotaryTable table;
    private final float[] row;
    private final float[] raw;

    /** Makes the kernels for one shape of heads. */
    public RotaryKernels(HeadLayout layout, RotaryTable table) {
        this.layout = layout;
        this.table = table;
        this.row = new float[RowCodec.padded(layout.width())];
        this.raw = new float[RowCodec.padded(layout.width())];
    }

    /**
     * Splits the rows {@code from .. to} of {@code qkv}, which belong to the document of the span.
     */
    public void split(
            Matrix qkv,
            HeadNorms norms,
            DocumentSpan span,
            int from,
            int to,
            Matrix queries,
            Matrix keys,
            Matrix values) {
        int dimension = layout.dimension();
        for (int r = from; r < to; r++) {
            int token = r - span.start();
            RowCodec.load(qkv.precision(), qkv.address(r, 0), row, 0, layout.width());
            for (int i = 0; i < norms.bias().length; i++) {
                row[i] += norms.bias()[i];
            }
            int offset = 0;
            for (int head = 0; head < layout.heads(); head++, offset += dimension) {
                normalize(norms.queryWeight(), norms.epsilon(), offset);
                table.rotate(row, offset, token, false);
                put(queries, layout.query(span, head, token), offset);
            }
            for (int head = 0; head < layout.keyValueHeads(); head++, offset += dimension) {
                normalize(norms.keyWeight(), norms.epsilon(), offset);
                table.rotate(row, offset, token, false);
                put(keys, layout.keyValue(span, head, token), offset);
            }
            for (int head = 0; head < layout.keyValueHeads(); head++, offset += dimension) {
                put(values, layout.keyValue(span, head, token), offset);
            }
        }
    }

    /**
     * Writes the gradient of the rows of {@code qkv} over them, given those of the heads.
     *
     * <p>{@code qkv} still holds the projections where the heads are normalized; otherwise its
     * contents are not read.
     */
    public void join(
            Matrix qkv,
            HeadNorms norms,
            DocumentSpan span,
            int from,
            int to,
            Matrix dQueries,
            Matrix dKeys,
            Matrix dValues) {
        int dimension = layout.dimension();
        for (int r = from; r < to; r++) {
            int token = r - span.start();
            if (norms.normalizes()) {
                RowCodec.load(qkv.precision(), qkv.address(r, 0), raw, 0, layout.width());
                for (int i = 0; i < norms.bias().length; i++) {
                    raw[i] += norms.bias()[i];
                }
            }
            int offset = 0;
            for (int head = 0; head < layout.heads(); head++, offset += dimension) {
                get(dQueries, layout.query(span, head, token), offset);
                table.rotate(row, offset, token, true);
                normalizeBackward(norms.queryWeight(), norms.epsilon(), offset);
            }
            for (int head = 0; head < layout.keyValueHeads(); head++, offset += dimension) {
                get(dKeys, layout.keyValue(span, head, token), offset);
                table.rotate(row, offset, token, true);
                normalizeBackward(norms.keyWeight(), norms.epsilon(), offset);
            }
            for (int head = 0; head < layout.keyValueHeads(); head++, offset += dimension) {
                get(dValues, layout.keyValue(span, head, token), offset);
            }
            RowCodec.store(qkv.precision(), row, 0, qkv.address(r, 0), layout.width());
        }
    }

    private void put(Matrix target, long element, int offset) {
        RowCodec.store(
                target.precision(),
                row,
                offset,
                target.elementAddress(element),
                layout.dimension());
    }

    private void get(Matrix source, long element, int offset) {
        RowCodec.load(
                source.precision(),
                source.elementAddress(element),
                row,
                offset,
                layout.dimension());
    }

    private void normalize(float[] weight, float epsilon, int offset) {
        if (weight.length == 0) {
            return;
        }
        float scale = inverseRoot(row, offset, epsilon);
        for (int i = 0; i < layout.dimension(); i++) {
            row[offset + i] *= scale * weight[i];
        }
    }

    private void normalizeBackward(float[] weight, float epsilon, int offset) {
        if (weight.length == 0) {
            return;
        }
        int dimension = layout.dimension();
        float scale = inverseRoot(raw, offset, epsilon);
        double dot = 0;
        for (int i = 0; i < dimension; i++) {
            row[offset + i] *= weight[i];
            dot += (double) row[offset + i] * raw[offset + i];
        }
        float shared = (float) (dot / dimension * scale * scale * scale);
        for (int i = 0; i < dimension; i++) {
            row[offset + i] = row[offset + i] * scale - raw[offset + i] * shared;
        }
    }

    private float inverseRoot(float[] x, int offset, float epsilon) {
        double squares = 0;
        for (int i = 0; i < layout.dimension(); i++) {
            squares += (double) x[offset + i] * x[offset + i];
        }
        return (float) (1.0 / Math.sqrt(squares / layout.dimension() + epsilon));
    }

    private static FloatVector neighboursSwapped(FloatVector x) {
        return x.viewAsIntegralLanes()
                .reinterpretAsLongs()
                .lanewise(VectorOperators.ROL, Integer.SIZE)
                .reinterpretAsFloats();
    }

    static void rotateInterleaved(
            float[] row,
            int offset,
            float[] cosines,
            float[] sines,
            int at,
            int dimensions,
            boolean backwards) {
        int whole = dimensions - dimensions % LANES;
        for (int i = 0; i < whole; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, row, offset + i);
            FloatVector cosine = FloatVector.fromArray(FLOATS, cosines, at + i);
            FloatVector sine = FloatVector.fromArray(FLOATS, sines, at + i);
            FloatVector turned = neighboursSwapped(x).mul(sine);
            FloatVector kept = x.mul(cosine);
            (backwards ? kept.sub(turned) : kept.add(turned)).intoArray(row, offset + i);
        }
        for (int i = whole; i < dimensions; i += 2) {
            float first = row[offset + i];
            float second = row[offset + i + 1];
            float cosine = cosines[at + i];
            float sine = backwards ? -sines[at + i + 1] : sines[at + i + 1];
            row[offset + i] = first * cosine - second * sine;
            row[offset + i + 1] = second * cosine + first * sine;
        }
    }

    static void rotateHalves(
            float[] row,
            int offset,
            float[] cosines,
            float[] sines,
            int at,
            int pairs,
            boolean backwards) {
        for (int i = 0; i < pairs; i++) {
            float first = row[offset + i];
            float second = row[offset + pairs + i];
            float cosine = cosines[at + i];
            float sine = backwards ? -sines[at + i] : sines[at + i];
            row[offset + i] = first * cosine - second * sine;
            row[offset + pairs + i] = second * cosine + first * sine;
        }
    }
}
