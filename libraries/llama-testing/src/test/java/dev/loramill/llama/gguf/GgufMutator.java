package dev.loramill.llama.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Makes malformed files out of a sound one, knowing where its fields are. */
final class GgufMutator {
    private static final long[] ODD_NUMBERS = {
        0,
        1,
        2,
        7,
        8,
        9,
        12,
        13,
        31,
        33,
        64,
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        1L << 20,
        (1L << 31) - 1,
        1L << 31,
        (1L << 32) - 1,
        1L << 32,
        1L << 40,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -32,
        0x7FF8_0000_0000_0000L,
        0x7FC0_0000L
    };

    /** Offset and width in bytes of a number in the header. */
    private record Field(int offset, int width) {}

    private final byte[] sound;
    private final int headerSize;
    private final List<Field> fields = new ArrayList<>();

    GgufMutator(byte[] sound) {
        this.sound = sound;
        this.headerSize = findFields();
    }

    int headerSize() {
        return headerSize;
    }

    /** Walks a sound header, remembering every count, length, type, size and offset. */
    private int findFields() {
        ByteBuffer in = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN);
        number(in, 4);
        number(in, 4);
        long tensors = number(in, 8);
        long entries = number(in, 8);
        for (long i = 0; i < entries; i++) {
            text(in);
            value(in, (int) number(in, 4));
        }
        for (long i = 0; i < tensors; i++) {
            text(in);
            long rank = number(in, 4);
            for (long axis = 0; axis < rank; axis++) {
                number(in, 8);
            }
            number(in, 4);
            number(in, 8);
        }
        return in.position();
    }

    private long number(ByteBuffer in, int width) {
        fields.add(new Field(in.position(), width));
        return switch (width) {
            case 1 -> in.get();
            case 2 -> in.getShort();
            case 4 -> in.getInt();
            default -> in.getLong();
        };
    }

    private void text(ByteBuffer in) {
        long length = number(in, 8);
        in.position(in.position() + (int) length);
    }

    private void value(ByteBuffer in, int typeId) {
        GgufValueType type = GgufValueType.ofId(typeId).orElseThrow();
        switch (type) {
            case STRING -> text(in);
            case ARRAY -> {
                GgufValueType elementType = GgufValueType.ofId((int) number(in, 4)).orElseThrow();
                long count = number(in, 8);
                for (long i = 0; i < count; i++) {
                    value(in, elementType.id());
                }
            }
            default -> number(in, type.minimumSize());
        }
    }

    /** A file with one to four faults; now and then a sound one comes out. */
    byte[] mutate(long seed) {
        // Plain Random would begin alike for neighbouring seeds.
        return mutate(Random.from(new SplittableRandom(seed)));
    }

    /** The same of numbers that are given. */
    byte[] mutate(Random random) {
        byte[] bytes = sound.clone();
        int faults = 1 + random.nextInt(4);
        for (int i = 0; i < faults; i++) {
            bytes = mutateOnce(bytes, random);
        }
        return bytes;
    }

    private byte[] mutateOnce(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return bytes;
        }
        return switch (random.nextInt(16)) {
            case 0, 1 -> flip(bytes, random, bytes.length);
            case 2, 3, 4 -> flip(bytes, random, Math.min(headerSize, bytes.length));
            case 5, 6, 7, 8, 9, 10, 11 -> changeField(bytes, random);
            case 12 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 13 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(64));
            case 14 -> remove(bytes, random);
            default -> repeat(bytes, random);
        };
    }

    private static byte[] flip(byte[] bytes, Random random, int limit) {
        bytes[random.nextInt(limit)] = (byte) random.nextInt(256);
        return bytes;
    }

    private byte[] changeField(byte[] bytes, Random random) {
        Field field = fields.get(random.nextInt(fields.size()));
        if (field.offset() + field.width() > bytes.length) {
            return bytes;
        }
        long number =
                switch (random.nextInt(4)) {
                    case 0 -> random.nextLong();
                    case 1 -> random.nextInt(2 * sound.length);
                    default -> ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)];
                };
        for (int i = 0; i < field.width(); i++) {
            bytes[field.offset() + i] = (byte) (number >>> (8 * i));
        }
        return bytes;
    }

    private byte[] remove(byte[] bytes, Random random) {
        int start = random.nextInt(Math.min(headerSize, bytes.length));
        int length = Math.min(1 + random.nextInt(40), bytes.length - start);
        byte[] shorter = new byte[bytes.length - length];
        System.arraycopy(bytes, 0, shorter, 0, start);
        System.arraycopy(bytes, start + length, shorter, start, shorter.length - start);
        return shorter;
    }

    private byte[] repeat(byte[] bytes, Random random) {
        int start = random.nextInt(Math.min(headerSize, bytes.length));
        int length = Math.min(1 + random.nextInt(40), bytes.length - start);
        byte[] longer = new byte[bytes.length + length];
        System.arraycopy(bytes, 0, longer, 0, start + length);
        System.arraycopy(bytes, start, longer, start + length, bytes.length - start);
        return longer;
    }
}
