package dev.loramill.fuzzing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes inputs out of the bytes of a corpus: flips, cuts, splices, repeats, and puts in what
 * programs stumble over.
 */
public final class Mutator {
    /** Longest input that is made. */
    private static final int LONGEST = 1 << 20;

    private static final byte[][] BAD_UTF8 = {
        {(byte) 0xC0, (byte) 0x80},
        {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        {(byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
        {(byte) 0xFF, (byte) 0xFE},
        {(byte) 0x80},
        {0}
    };

    private final List<byte[]> corpus;
    private final List<String> words;

    /**
     * A mutator of a corpus.
     *
     * @param words what means something in these inputs
     */
    public Mutator(List<byte[]> corpus, List<String> words) {
        this.corpus = List.copyOf(corpus);
        this.words = List.copyOf(words);
    }

    /** An input of the corpus with one to four faults. */
    public byte[] mutate(Random random) {
        return mutate(OddValues.pick(corpus, random).clone(), random);
    }

    /** The same, of an input that is given; it is changed. */
    public byte[] mutate(byte[] input, Random random) {
        byte[] bytes = input;
        for (int faults = 1 + random.nextInt(4); faults > 0; faults--) {
            bytes = mutateOnce(bytes, random);
        }
        return bytes.length <= LONGEST ? bytes : Arrays.copyOf(bytes, LONGEST);
    }

    private byte[] mutateOnce(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        if (bytes.length == 0) {
            return insert(bytes, 0, word(random));
        }
        return switch (random.nextInt(14)) {
            case 0 -> flip(bytes, random);
            case 1 -> set(bytes, random);
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> cut(bytes, random);
            case 4 -> splice(bytes, at, random);
            case 5 -> repeat(bytes, random, 1);
            case 6 -> repeat(bytes, random, 1 << random.nextInt(12));
            case 7 -> insert(bytes, at, word(random));
            case 8 -> insert(bytes, at, OddValues.text(random).getBytes(StandardCharsets.UTF_8));
            case 9 -> insert(bytes, at, BAD_UTF8[random.nextInt(BAD_UTF8.length)]);
            case 10 -> nest(bytes, at, random);
            case 11 -> binaryNumber(bytes, random);
            default -> number(bytes, at, random);
        };
    }

    private byte[] word(Random random) {
        String word = words.isEmpty() ? OddValues.text(random) : OddValues.pick(words, random);
        return word.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] flip(byte[] bytes, Random random) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }

    private static byte[] set(byte[] bytes, Random random) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        return bytes;
    }

    private static byte[] cut(byte[] bytes, Random random) {
        int start = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, start + 1 + random.nextInt(64));
        return replace(bytes, start, end, new byte[0]);
    }

    private byte[] splice(byte[] bytes, int at, Random random) {
        byte[] other = OddValues.pick(corpus, random);
        int from = random.nextInt(other.length + 1);
        return replace(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
    }

    private static byte[] repeat(byte[] bytes, Random random, int times) {
        int start = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, start + 1 + random.nextInt(64));
        byte[] part = Arrays.copyOfRange(bytes, start, end);
        ByteArrayOutputStream repeated = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            repeated.writeBytes(part);
        }
        return insert(bytes, start, repeated.toByteArray());
    }

    private static byte[] nest(byte[] bytes, int at, Random random) {
        String opening = OddValues.pick(List.of("[", "{\"a\":", "(", "{{", "\"", "[["), random);
        return insert(
                bytes,
                at,
                opening.repeat(1 << random.nextInt(14)).getBytes(StandardCharsets.UTF_8));
    }

    /** Puts an odd number over bytes as it lies in binary files, the lowest byte first. */
    private static byte[] binaryNumber(byte[] bytes, Random random) {
        long number =
                random.nextInt(3) == 0
                        ? random.nextInt(2 * bytes.length)
                        : OddValues.pick(OddValues.INTEGERS, random).longValue();
        int width = 1 << random.nextInt(4);
        int at = random.nextInt(bytes.length);
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (number >>> (8 * i));
        }
        return bytes;
    }

    /** Puts an odd number in the place of one that stands there in digits, or of a letter. */
    private static byte[] number(byte[] bytes, int from, Random random) {
        int start = from;
        while (start < bytes.length && !isDigit(bytes[start])) {
            start++;
        }
        int end = start;
        while (end < bytes.length && isDigit(bytes[end])) {
            end++;
        }
        byte[] number = OddValues.pick(OddValues.NUMBERS, random).getBytes(StandardCharsets.UTF_8);
        return start == bytes.length
                ? insert(bytes, from, number)
                : replace(bytes, start, end, number);
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    private static byte[] insert(byte[] bytes, int at, byte[] part) {
        return replace(bytes, at, at, part);
    }

    private static byte[] replace(byte[] bytes, int start, int end, byte[] part) {
        byte[] result = new byte[start + part.length + bytes.length - end];
        System.arraycopy(bytes, 0, result, 0, start);
        System.arraycopy(part, 0, result, start, part.length);
        System.arraycopy(bytes, end, result, start + part.length, bytes.length - end);
        return result;
    }
}
