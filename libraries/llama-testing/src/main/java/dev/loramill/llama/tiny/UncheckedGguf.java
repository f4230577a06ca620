package dev.loramill.llama.tiny;

import dev.loramill.llama.gguf.GgufValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lays out GGUF bytes without any check, so that malformed files can be made. */
final class UncheckedGguf {
    /** A metadata entry, its value already in bytes with the type in front. */
    record Entry(byte[] key, byte[] typedValue) {}

    /** A tensor; {@code offset} is relative to the contents, or -1 for the right place. */
    record Tensor(String name, List<Long> dimensions, int typeId, byte[] contents, long offset) {
        Tensor withDimensions(Long... sizes) {
            return new Tensor(name, List.of(sizes), typeId, contents, offset);
        }

        /** Other dimensions, and only as many bytes of the contents as they need. */
        Tensor cutTo(Long... sizes) {
            long bytes = Float.BYTES;
            for (long size : sizes) {
                bytes *= size;
            }
            byte[] cut = Arrays.copyOf(contents, (int) bytes);
            return new Tensor(name, List.of(sizes), typeId, cut, offset);
        }

        Tensor withType(int id) {
            return new Tensor(name, dimensions, id, contents, offset);
        }

        Tensor withName(String other) {
            return new Tensor(other, dimensions, typeId, contents, offset);
        }

        Tensor withContents(byte[] other) {
            return new Tensor(name, dimensions, typeId, other, offset);
        }

        Tensor withOffset(long other) {
            return new Tensor(name, dimensions, typeId, contents, other);
        }
    }

    final List<Entry> entries = new ArrayList<>();
    final List<Tensor> tensors = new ArrayList<>();
    int magic = 0x46554747;
    int version = 3;
    long announcedTensors = -1;
    long announcedEntries = -1;

    /** Replaces the entry of a key, or adds it. */
    void put(String key, byte[] typedValue) {
        remove(key);
        entries.add(new Entry(utf8(key), typedValue));
    }

    void put(String key, GgufValue value) {
        put(key, typed(value));
    }

    void remove(String key) {
        entries.removeIf(entry -> new String(entry.key(), StandardCharsets.UTF_8).equals(key));
    }

    byte[] toByteArray() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(number(magic, 4));
        out.writeBytes(number(version, 4));
        out.writeBytes(number(announcedTensors < 0 ? tensors.size() : announcedTensors, 8));
        out.writeBytes(number(announcedEntries < 0 ? entries.size() : announcedEntries, 8));
        for (Entry entry : entries) {
            out.writeBytes(number(entry.key().length, 8));
            out.writeBytes(entry.key());
            out.writeBytes(entry.typedValue());
        }
        long place = 0;
        ByteArrayOutputStream contents = new ByteArrayOutputStream();
        for (Tensor tensor : tensors) {
            out.writeBytes(text(tensor.name()));
            out.writeBytes(number(tensor.dimensions().size(), 4));
            tensor.dimensions().forEach(size -> out.writeBytes(number(size, 8)));
            out.writeBytes(number(tensor.typeId(), 4));
            out.writeBytes(number(tensor.offset() < 0 ? place : tensor.offset(), 8));
            contents.writeBytes(tensor.contents());
            pad(contents);
            place = contents.size();
        }
        pad(out);
        out.writeBytes(contents.toByteArray());
        return out.toByteArray();
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % 32 != 0) {
            out.write(0);
        }
    }

    static byte[] number(long value, int bytes) {
        byte[] out = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            out[i] = (byte) (value >>> (8 * i));
        }
        return out;
    }

    static byte[] text(String value) {
        return concat(number(utf8(value).length, 8), utf8(value));
    }

    static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Type and value of a scalar. */
    static byte[] typed(GgufValue value) {
        byte[] type = number(value.type().id(), 4);
        return switch (value) {
            case GgufValue.Text(String s) -> concat(type, text(s));
            case GgufValue.Bool(boolean b) -> concat(type, number(b ? 1 : 0, 1));
            case GgufValue.Whole(var _, long n) ->
                    concat(
                            type,
                            number(
                                    n,
                                    switch (value.type()) {
                                        case UINT8, INT8 -> 1;
                                        case UINT16, INT16 -> 2;
                                        case UINT32, INT32 -> 4;
                                        default -> 8;
                                    }));
            case GgufValue.Real(var kind, double x) ->
                    kind == dev.loramill.llama.gguf.GgufValueType.FLOAT32
                            ? concat(type, number(Float.floatToRawIntBits((float) x), 4))
                            : concat(type, number(Double.doubleToRawLongBits(x), 8));
            case GgufValue.Texts _, GgufValue.Bools _, GgufValue.Wholes _, GgufValue.Reals _ ->
                    throw new IllegalArgumentException("arrays are laid out by their callers");
        };
    }
}
