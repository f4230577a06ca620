package dev.loramill.trainer.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.trainer.kernel.RowCodec;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranks on threads of one process: to Gloo these are strangers that meet over the loopback. */
@Timeout(120)
class GlooRanksIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir Path directory;

    /** What one of the ranks does. */
    private interface Part<T> {
        T of(Ranks ranks);
    }

    @BeforeAll
    static void loadLibtorch() {
        new MatrixArena(1).close();
    }

    private <T> List<T> together(int size, Part<T> part) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(size)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                Share share = new Share(rank, size);
                futures.add(
                        threads.submit(() -> {
                            try (Ranks ranks =
                                    Ranks.follow(share, directory.resolve("rendezvous"), TIMEOUT)) {
                                T result = part.of(ranks);
                                // Nobody leaves while another still waits for the last sum.
                                ranks.any(false);
                                return result;
                            }
                        }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(100, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    @Test
    void allHoldTheSameBitsOfASum() throws Exception {
        int length = 100_003;
        float[] expected = new float[length];
        for (int i = 0; i < length; i++) {
            expected[i] = value(0, i) + value(1, i) + value(2, i);
        }

        List<float[]> sums =
                together(
                        3,
                        ranks -> {
                            try (MatrixArena arena = new MatrixArena(1)) {
                                Matrix vector =
                                        arena.zeros("test", "v", 1, length, Precision.FLOAT32);
                                float[] own = new float[length];
                                for (int i = 0; i < length; i++) {
                                    own[i] = value(ranks.share().rank(), i);
                                }
                                RowCodec.store(
                                        Precision.FLOAT32,
                                        own,
                                        0,
                                        vector.elementAddress(0),
                                        length);
                                ranks.sum(vector);
                                RowCodec.load(
                                        Precision.FLOAT32,
                                        vector.elementAddress(0),
                                        own,
                                        0,
                                        length);
                                return own;
                            }
                        });

        assertThat(sums.get(1)).isEqualTo(sums.get(0));
        assertThat(sums.get(2)).isEqualTo(sums.get(0));
        assertThat(sums.get(0)).usingComparatorWithPrecision(1e-5f).containsExactly(expected);
    }

    private static float value(int rank, int i) {
        return (float) Math.sin(i * (rank + 1.0));
    }

    @Test
    void numbersAndTextsReachAll() throws Exception {
        List<String> heard =
                together(
                        2,
                        ranks ->
                                ranks.ofFirst("step ä " + ranks.share().rank())
                                        + ", "
                                        + ranks.sum(1, 0.5 + ranks.share().rank())[1]
                                        + ", "
                                        + ranks.any(ranks.share().rank() == 1)
                                        + ", "
                                        + ranks.any(false));

        assertThat(heard)
                .containsExactly("step ä 0, 2.0, true, false", "step ä 0, 2.0, true, false");
    }

    @Test
    void aDigestThatDiffersIsNoticedByAll() throws Exception {
        List<String> messages =
                together(
                        3,
                        ranks -> {
                            ranks.requireEqual("parameters", 0x8000_0000_0000_0007L);
                            try {
                                ranks.requireEqual("parameters", ranks.share().rank() == 2 ? 8 : 7);
                                return "equal";
                            } catch (IllegalStateException e) {
                                return String.valueOf(e.getMessage());
                            }
                        });

        assertThat(messages)
                .allMatch(message -> message.startsWith("parameters of rank 2 of 3 differ"));
    }

    @Test
    void whoDoesNotComeIsNotWaitedForLonger() {
        assertThatThrownBy(() ->
                        Ranks.follow(
                                new Share(1, 2),
                                directory.resolve("rendezvous"),
                                Duration.ofMillis(300)))
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("not all of the 2 ranks came");
    }
}
