package dev.loramill.clean.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.clean.recipe.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyedHashSamplerTest {
    private final List<String> digests = digests("row", 5_000);

    @Test
    void theOrderOfTheRowsDoesNotDecideTheSampleNorItsOrder() {
        List<String> sample = KeyedHashSampler.sample(digests, 700, 42);
        for (int round = 0; round < 5; round++) {
            List<String> shuffled = new ArrayList<>(digests);
            Collections.shuffle(shuffled, new Random(round));
            assertThat(KeyedHashSampler.sample(shuffled, 700, 42)).isEqualTo(sample);
        }
    }

    @Test
    void aSmallerSampleStandsAtTheHeadOfALargerOne() {
        assertThat(KeyedHashSampler.sample(digests, 700, 42).subList(0, 300))
                .isEqualTo(KeyedHashSampler.sample(digests, 300, 42));
    }

    @Test
    void rowsThatComeLaterMoveNoneOfTheOthersAcrossTheSplit() {
        Set<String> before = KeyedHashSampler.heldOut(digests, 0.1, 42);
        List<String> more = new ArrayList<>(digests);
        more.addAll(digests("later", 5_000));

        Set<String> after = KeyedHashSampler.heldOut(more, 0.1, 42);

        after.retainAll(new HashSet<>(digests));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void anotherSeedDrawsOtherRows() {
        Set<String> one = new HashSet<>(KeyedHashSampler.sample(digests, 500, 1));
        Set<String> two = new HashSet<>(KeyedHashSampler.sample(digests, 500, 2));
        one.retainAll(two);

        assertThat(one.size()).isBetween(10, 110);
    }

    @Test
    void aboutTheFractionIsHeldOut() {
        for (double fraction : new double[] {0.02, 0.1, 0.5, 0.9}) {
            assertThat(KeyedHashSampler.heldOut(digests, fraction, 7).size() / 5_000.0)
                    .isCloseTo(fraction, within(0.02));
        }
    }

    @Test
    void atLeastOneQuestionIsHeldOut() {
        List<String> few = digests("few", 5);
        Set<String> held = KeyedHashSampler.heldOut(few, 1e-9, 42);

        assertThat(held).hasSize(1);
        Collections.reverse(few);
        assertThat(KeyedHashSampler.heldOut(few, 1e-9, 42)).isEqualTo(held);
    }

    @Test
    void samplingSaysNothingAboutTheSplit() {
        List<String> sample = KeyedHashSampler.sample(digests, 1_000, 42);

        assertThat(KeyedHashSampler.heldOut(sample, 0.1, 42).size()).isBetween(60, 140);
    }

    private static List<String> digests(String what, int count) {
        return new ArrayList<>(
                IntStream.range(0, count)
                        .mapToObj(i ->
                                CanonicalJson.sha256((what + i).getBytes(StandardCharsets.UTF_8)))
                        .toList());
    }
}
