package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.FuzzReport;
import dev.loramill.fuzzing.Verdict;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Feeds mutated files to the reader and the validators; every failure names its seed. */
class GgufFuzzTest {
    private static final int INPUTS = 100_000;
    private static final long MAX_ALLOCATED_BYTES = 8L << 20;
    private static final TinyLlama BASE =
            TinyLlama.standard().withVocabularySize(259).withBlockCount(1).withSizes(32, 2, 1, 32);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    /** What the reader or a validator made of a file. */
    private enum Reading {
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
        fuzz(
                "gguf-adapters",
                0.7,
                sound,
                path -> validator.validate(path) instanceof AdapterOutcome.Accepted);
    }

    @Test
    void mutatedBasesGiveNamedErrorsOrSoundFiles() throws IOException {
        Path sound = BASE.write(folder.resolve("sound.gguf"));
        fuzz(
                "gguf-bases",
                0.3,
                sound,
                path -> BaseValidator.validate(path) instanceof BaseOutcome.Accepted);
    }

    private void fuzz(String name, double share, Path sound, Check check) throws IOException {
        GgufMutator mutator = new GgufMutator(Files.readAllBytes(sound));
        Path path = folder.resolve("mutated.gguf");
        int[] readings = new int[Reading.values().length];
        FuzzReport report =
                Fuzz.target(name)
                        .inputs(INPUTS)
                        .share(share)
                        .allocatesAtMost(length -> MAX_ALLOCATED_BYTES)
                        .corpus(List.of(Files.readAllBytes(sound)))
                        .run(
                                mutator::mutate,
                                bytes -> {
                                    Reading reading = read(path, bytes, check);
                                    readings[reading.ordinal()]++;
                                    return reading == Reading.ACCEPTED
                                            ? Verdict.ACCEPTED
                                            : Verdict.REFUSED;
                                });
        // A mutator that spoils every file in the same way would prove nothing.
        report.requireShares(0.01, 0.21);
        if (report.inputs() >= 1_000) {
            assertThat(readings[Reading.UNREADABLE.ordinal()])
                    .isGreaterThan((int) report.inputs() / 5);
            assertThat(readings[Reading.REFUSED.ordinal()])
                    .isGreaterThan((int) report.inputs() / 100);
        }
    }

    private static Reading read(Path path, byte[] bytes, Check check) throws IOException {
        Reading reading;
        try {
            new GgufHeaderReader(MemorySegment.ofArray(bytes), GgufLimits.ADAPTER).read();
            Files.write(path, bytes);
            reading = check.isAccepted(path) ? Reading.ACCEPTED : Reading.REFUSED;
            if (reading == Reading.ACCEPTED) {
                touchContents(path);
            }
        } catch (InvalidGgufException e) {
            assertThat(e.field()).isNotBlank();
            assertThat(e.offset()).as(e.getMessage()).isBetween(0L, (long) bytes.length);
            reading = Reading.UNREADABLE;
        }
        return reading;
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
