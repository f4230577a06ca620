package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Feeds mutated files to the reader and the validators; every failure names its seed. */
class GgufFuzzTest {
    private static final int ADAPTERS = 70_000;
    private static final int BASES = 30_000;
    private static final long MAX_ALLOCATED_BYTES = 8L << 20;
    private static final TinyLlama BASE =
            TinyLlama.standard().withVocabularySize(259).withBlockCount(1).withSizes(32, 2, 1, 32);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    /** What the reader or a validator made of a file. */
    private enum Verdict {
        UNREADABLE,
        REFUSED,
        ACCEPTED
    }

    /** A check of one file. */
    private interface Check {
        boolean isAccepted(Path path) throws IOException;
    }

    @Test
    void mutatedAdaptersGiveNamedErrorsOrSoundFiles() throws IOException {
        ModelHyperparameters model = BASE.hyperparameters();
        Path sound =
                new TinyAdapter(model, 1, 2, 4, EnumSet.allOf(LoraTarget.class), 0.1)
                        .write(folder.resolve("sound.gguf"));
        AdapterValidator validator = new AdapterValidator(model);
        fuzz(sound, ADAPTERS, path -> validator.validate(path) instanceof AdapterOutcome.Accepted);
    }

    @Test
    void mutatedBasesGiveNamedErrorsOrSoundFiles() throws IOException {
        Path sound = BASE.write(folder.resolve("sound.gguf"));
        fuzz(sound, BASES, path -> BaseValidator.validate(path) instanceof BaseOutcome.Accepted);
    }

    private void fuzz(Path sound, int count, Check check) throws IOException {
        GgufMutator mutator = new GgufMutator(Files.readAllBytes(sound));
        Path path = folder.resolve("mutated.gguf");
        int[] verdicts = new int[Verdict.values().length];
        for (int seed = 0; seed < count; seed++) {
            byte[] bytes = mutator.mutate(seed);
            try {
                verdicts[judge(path, bytes, check).ordinal()]++;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("mutation of seed " + seed + ": " + e, e);
            }
        }
        // A mutator that spoils every file in the same way would prove nothing.
        assertThat(verdicts[Verdict.UNREADABLE.ordinal()]).isGreaterThan(count / 5);
        assertThat(verdicts[Verdict.REFUSED.ordinal()]).isGreaterThan(count / 100);
        assertThat(verdicts[Verdict.ACCEPTED.ordinal()]).isGreaterThan(count / 100);
    }

    private Verdict judge(Path path, byte[] bytes, Check check) throws IOException {
        long before = threads.getCurrentThreadAllocatedBytes();
        Verdict verdict;
        try {
            new GgufHeaderReader(MemorySegment.ofArray(bytes), GgufLimits.ADAPTER).read();
            Files.write(path, bytes);
            verdict = check.isAccepted(path) ? Verdict.ACCEPTED : Verdict.REFUSED;
            if (verdict == Verdict.ACCEPTED) {
                touchContents(path);
            }
        } catch (InvalidGgufException e) {
            assertThat(e.field()).isNotBlank();
            assertThat(e.offset()).as(e.getMessage()).isBetween(0L, (long) bytes.length);
            verdict = Verdict.UNREADABLE;
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("allocated bytes")
                .isLessThan(MAX_ALLOCATED_BYTES);
        return verdict;
    }

    private static void touchContents(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            for (GgufTensor tensor : file.tensors()) {
                MemorySegment contents = file.data(tensor);
                assertThat(contents.byteSize()).isEqualTo(tensor.byteSize());
                contents.get(ValueLayout.JAVA_BYTE, contents.byteSize() - 1);
            }
        }
    }
}
