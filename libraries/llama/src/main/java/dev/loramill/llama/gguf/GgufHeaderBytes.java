package dev.loramill.llama.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The bytes of a header in the making, little-endian. */
final class GgufHeaderBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void header(Map<String, GgufValue> metadata, List<GgufTensor> tensors) {
        number(GgufHeaderReader.MAGIC, 4);
        number(GgufHeaderReader.VERSION, 4);
        number(tensors.size(), 8);
        number(metadata.size(), 8);
        metadata.forEach((key, value) -> {
            text(key);
            value(value);
        });
        tensors.forEach(this::tensor);
    }

    private void tensor(GgufTensor tensor) {
        text(tensor.name());
        number(tensor.dimensions().size(), 4);
        for (long size : tensor.dimensions()) {
            number(size, 8);
        }
        number(tensor.type().id(), 4);
        number(tensor.offset(), 8);
    }

    void number(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> (8 * i)));
        }
    }

    void text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        number(bytes.length, 8);
        out.writeBytes(bytes);
    }

    private void value(GgufValue value) {
        number(value.type().id(), 4);
        switch (value) {
            case GgufValue.Text(String s) -> text(s);
            case GgufValue.Bool(boolean b) -> number(b ? 1 : 0, 1);
            case GgufValue.Whole(GgufValueType type, long n) -> number(n, type.minimumSize());
            case GgufValue.Real(GgufValueType type, double x) -> real(type, x);
            case GgufValue.Texts(List<String> list) -> {
                array(GgufValueType.STRING, list.size());
                list.forEach(this::text);
            }
            case GgufValue.Bools(List<Boolean> list) -> {
                array(GgufValueType.BOOL, list.size());
                list.forEach(b -> number(b ? 1 : 0, 1));
            }
            case GgufValue.Wholes(GgufValueType type, List<Long> list) -> {
                array(type, list.size());
                list.forEach(n -> number(n, type.minimumSize()));
            }
            case GgufValue.Reals(GgufValueType type, List<Double> list) -> {
                array(type, list.size());
                list.forEach(x -> real(type, x));
            }
        }
    }

    private void array(GgufValueType elementType, int length) {
        number(elementType.id(), 4);
        number(length, 8);
    }

    private void real(GgufValueType type, double x) {
        if (type == GgufValueType.FLOAT32) {
            number(Float.floatToRawIntBits((float) x), 4);
        } else {
            number(Double.doubleToRawLongBits(x), 8);
        }
    }

    void padTo(int alignment) {
        while (out.size() % alignment != 0) {
            out.write(0);
        }
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }
}
