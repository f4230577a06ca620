package dev.loramill.trainer.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.JsonMutator;
import dev.loramill.fuzzing.Mutator;
import dev.loramill.fuzzing.Verdict;
import dev.loramill.trainer.storage.Safetensors.Contents;
import dev.loramill.trainer.storage.Safetensors.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that are nearly safetensors: refused by name, or read so that they can be written again.
 */
class SafetensorsFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/safetensors");
    private static final List<String> WORDS =
            List.of("F32", "F16", "dtype", "shape", "data_offsets", "__metadata__", "t");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void filesAreRefusedByNameOrAreSound() {
        List<byte[]> corpus = Corpus.of(CORPUS);
        List<byte[]> headers = corpus.stream().map(SafetensorsFuzzTest::header).toList();
        JsonMutator header = new JsonMutator(headers, WORDS);
        Mutator bytes = new Mutator(corpus, WORDS);

        Fuzz.target("safetensors")
                .inputs(5_000)
                .allocatesAtMost(length -> 100L * length + (2 << 20))
                .corpus(corpus)
                .corpus(Corpus.found(CORPUS))
                .run(random -> file(corpus, header, bytes, random), this::judge)
                .requireShares(0.02, 0.2);
    }

    private static byte[] header(byte[] file) {
        long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Arrays.copyOfRange(file, 8, 8 + (int) Math.clamp(length, 0, file.length - 8));
    }

    private static byte[] file(
            List<byte[]> corpus, JsonMutator header, Mutator bytes, Random random) {
        if (random.nextInt(3) == 0) {
            return bytes.mutate(random);
        }
        byte[] json = header.mutate(random);
        byte[] sound = corpus.get(random.nextInt(corpus.size()));
        int contents = sound.length - 8 - header(sound).length;
        ByteBuffer file =
                ByteBuffer.allocate(8 + json.length + contents).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(sound, sound.length - contents, contents);
        return file.array();
    }

    private Verdict judge(byte[] input) throws IOException {
        Path file = Files.write(folder.resolve("a.safetensors"), input);
        try (Arena arena = Arena.ofConfined()) {
            Contents contents;
            try {
                contents = Safetensors.read(file, arena);
            } catch (IOException e) {
                assertThat(e)
                        .hasMessageContaining("is not a sound safetensors file: ")
                        .hasMessageNotContaining("file: null");
                assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(1_500);
                return Verdict.REFUSED;
            }
            long elements = 0;
            for (Floats tensor : contents.tensors().values()) {
                assertThat(tensor.shape()).allMatch(size -> size >= 0);
                assertThat(tensor.shape().stream().reduce(1L, Math::multiplyExact))
                        .isEqualTo(tensor.length());
                elements += tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED).length;
            }
            assertThat(elements * Float.BYTES).isLessThanOrEqualTo(input.length);
            requireSameAgain(contents);
            return Verdict.ACCEPTED;
        }
    }

    private void requireSameAgain(Contents contents) throws IOException {
        Path again = folder.resolve("again.safetensors");
        Files.deleteIfExists(again);
        Safetensors.write(again, contents.metadata(), contents.tensors());
        try (Arena arena = Arena.ofConfined()) {
            Contents read = Safetensors.read(again, arena);
            assertThat(read.metadata()).isEqualTo(contents.metadata());
            assertThat(read.tensors().keySet())
                    .containsExactlyElementsOf(contents.tensors().keySet());
            contents.tensors()
                    .forEach((name, tensor) -> {
                        Floats same = Objects.requireNonNull(read.tensors().get(name), name);
                        assertThat(same.shape()).isEqualTo(tensor.shape());
                        assertThat(same.data().mismatch(tensor.data())).isEqualTo(-1);
                    });
        }
    }
}
