package dev.loramill.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineReaderTest {
    private static final SourceLimits LIMITS = new SourceLimits(100, 1L << 40, 200);

    @Test
    void numbersLinesFromOneAndCountsBlankOnes() throws IOException {
        assertThat(read(utf8("a\n\nb\r\nc")))
                .containsExactly(
                        new Line.Text(1, "a"),
                        new Line.Text(2, ""),
                        new Line.Text(3, "b"),
                        new Line.Text(4, "c"));
    }

    @Test
    void emptySourceHasNoLine() throws IOException {
        assertThat(read(new byte[0])).isEmpty();
        assertThat(read(new byte[] {0x1f})).hasSize(1);
    }

    @Test
    void byteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
        assertThat(read(utf8("\uFEFF{}\n\uFEFFx")))
                .containsExactly(new Line.Text(1, "{}"), new Line.Text(2, "\uFEFFx"));
    }

    @Test
    void linesAreTheSameHoweverTheBytesArrive() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append("é€😀x".repeat(random.nextInt(8)))
                    .append(random.nextBoolean() ? "\n" : "\r\n");
        }
        byte[] bytes = utf8(text.toString());

        List<Line> drops = read(new Dripping(new ByteArrayInputStream(bytes), random), LIMITS);

        assertThat(drops).isEqualTo(read(bytes));
        assertThat(drops.stream().map(line -> ((Line.Text) line).text()).toList())
                .isEqualTo(text.toString().lines().toList());
    }

    @Test
    void lineOfTheLimitIsReadAndOneByteMoreIsTooLong() throws IOException {
        String atLimit = "x".repeat(100);
        assertThat(read(utf8(atLimit + "\r\n" + atLimit + "y\nz")))
                .containsExactly(
                        new Line.Text(1, atLimit),
                        new Line.TooLong(2, atLimit + "y", 101),
                        new Line.Text(3, "z"));
    }

    @Test
    void lineOfHundredMegabytesNeedsLittleMemory() throws IOException {
        long size = 100L << 20;
        Line line = read(new Repeating((byte) 'x', size), LIMITS).getFirst();

        assertThat(line).isInstanceOf(Line.TooLong.class);
        assertThat(((Line.TooLong) line).sizeBytes()).isEqualTo(size);
        assertThat(((Line.TooLong) line).beginning()).hasSizeLessThan(LineReader.BEGINNING_BYTES);
    }

    @ParameterizedTest
    @CsvSource({
        "80, 1, 'line 2 is not UTF-8: byte 0x80 at byte 3'",
        "c3, 1, 'line 2 is not UTF-8: byte 0xc3 at byte 3'",
        "ff, 3, 'line 2 is not UTF-8: byte 0xff at byte 3'"
    })
    void bytesThatAreNotUtf8AreNamedWithTheirLine(String hex, int times, String message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(utf8("fine\nab"));
        for (int i = 0; i < times; i++) {
            bytes.write(Integer.parseInt(hex, 16));
        }
        bytes.writeBytes(utf8("\n"));

        assertThatThrownBy(() -> read(bytes.toByteArray()))
                .isInstanceOf(UnreadableSourceException.class)
                .hasMessageContaining(message)
                .extracting(e -> ((UnreadableSourceException) e).code())
                .isEqualTo("not_utf8");
    }

    @Test
    void replacementCharacterThatStandsInTheTextIsUtf8() throws IOException {
        assertThat(read(utf8("a\uFFFDb\n"))).containsExactly(new Line.Text(1, "a\uFFFDb"));
    }

    @Test
    void gzipIsUnpackedWhateverItsName() throws IOException {
        assertThat(read(gzip(utf8("a\nb")))).isEqualTo(read(utf8("a\nb")));
    }

    @Test
    void gzipOfSeveralMembersIsReadToItsEnd() throws IOException {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.writeBytes(gzip(utf8("a\n")));
        members.writeBytes(gzip(utf8("b\n")));

        assertThat(read(members.toByteArray())).hasSize(2);
    }

    @Test
    void everyTruncationOfGzipIsToldFromTheWhole() throws IOException {
        byte[] packed = gzip(utf8("some text that is worth packing\n".repeat(3)));
        for (int length = 2; length < packed.length; length++) {
            byte[] cut = Arrays.copyOf(packed, length);
            assertThatThrownBy(() -> read(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(UnreadableSourceException.class)
                    .extracting(e -> ((UnreadableSourceException) e).code())
                    .isEqualTo("truncated_gzip");
        }
    }

    @Test
    void damagedGzipIsRefused() throws IOException {
        byte[] packed = gzip(utf8("some text that is worth packing\n".repeat(3)));
        packed[packed.length - 6] ^= 1;

        assertThatThrownBy(() -> read(packed))
                .isInstanceOf(UnreadableSourceException.class)
                .hasMessageContaining("damaged")
                .extracting(e -> ((UnreadableSourceException) e).code())
                .isEqualTo("corrupt_gzip");
    }

    @Test
    void gzipBombIsStoppedByItsRatio() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            new Repeating((byte) '\n', 80L << 20).transferTo(gzip);
        }

        assertThatThrownBy(() -> count(bomb.toByteArray(), LIMITS))
                .isInstanceOf(UnreadableSourceException.class)
                .hasMessageContaining("zip bomb");
    }

    @Test
    void gzipIsStoppedAtTheMostUnpackedBytes() throws IOException {
        byte[] packed = gzip(utf8("x\n".repeat(100)));

        assertThat(count(packed, new SourceLimits(100, 200, 200))).isEqualTo(100);
        assertThatThrownBy(() -> count(packed, new SourceLimits(100, 199, 200)))
                .isInstanceOf(UnreadableSourceException.class)
                .hasMessageContaining("more than the allowed 199 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "504b0304, a zip archive",
        "28b52ffd, zstd data",
        "50415231, a Parquet file",
        "fffe7b00, UTF-16 text",
        "feff007b, UTF-16 text",
        "47475546, a GGUF model"
    })
    void foreignFilesAreCalledByTheirName(String hex, String name) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(UnreadableSourceException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("allowed is JSONL");
    }

    @Test
    void gzipInsideGzipIsRefused() throws IOException {
        byte[] twice = gzip(gzip(utf8("{}")));
        assertThatThrownBy(() -> read(twice)).hasMessageContaining("gzip data inside gzip data");
    }

    private static long count(byte[] bytes, SourceLimits limits) throws IOException {
        long count = 0;
        try (LineReader lines = new LineReader(new ByteArrayInputStream(bytes), limits)) {
            while (lines.next() != null) {
                count++;
            }
        }
        return count;
    }

    private static List<Line> read(byte[] bytes) throws IOException {
        return read(new ByteArrayInputStream(bytes), LIMITS);
    }

    private static List<Line> read(InputStream in, SourceLimits limits) throws IOException {
        List<Line> all = new ArrayList<>();
        try (LineReader lines = new LineReader(in, limits)) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                all.add(line);
            }
        }
        return all;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }

    /** Gives a few bytes at a time. */
    private static final class Dripping extends InputStream {
        private final InputStream in;
        private final Random random;

        Dripping(InputStream in, Random random) {
            this.in = in;
            this.random = random;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in.read(bytes, offset, Math.min(length, 1 + random.nextInt(5)));
        }
    }

    /** One byte, again and again. */
    private static final class Repeating extends InputStream {
        private final byte value;
        private long left;

        Repeating(byte value, long size) {
            this.value = value;
            this.left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? value : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            Arrays.fill(bytes, offset, offset + count, value);
            left -= count;
            return count;
        }
    }
}
