package dev.loramill.fuzzing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FuzzTest {
    private static final List<byte[]> CORPUS = List.of(bytes("{\"a\":[1,\"b\"],\"c\":2.5}"));

    @Test
    void anInputIsMadeOfSeedAndNumberAlone() {
        List<byte[]> once = new ArrayList<>();
        List<byte[]> again = new ArrayList<>();
        for (List<byte[]> inputs : List.of(once, again)) {
            JsonMutator mutator = new JsonMutator(CORPUS, List.of("word"));
            Fuzz.target("own")
                    .inputs(50)
                    .run(
                            mutator::mutate,
                            input -> {
                                inputs.add(input);
                                return Verdict.ACCEPTED;
                            });
        }

        assertThat(once).hasSizeGreaterThanOrEqualTo(1);
        assertThat(again).usingRecursiveComparison().isEqualTo(once);
    }

    @Test
    void whatIsThrownIsAFailureThatNamesItsInput() {
        assertThatThrownBy(() ->
                        Fuzz.target("own")
                                .inputs(3)
                                .run(
                                        random -> new byte[] {1},
                                        input -> {
                                            throw new IllegalStateException("no bytes");
                                        }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("seed-", "-input-", "no bytes");
    }

    @Test
    void whatTakesMoreMemoryThanIsAllowedIsAFailure() {
        List<byte[]> kept = new ArrayList<>();
        assertThatThrownBy(() ->
                        Fuzz.target("own")
                                .inputs(1)
                                .allocatesAtMost(length -> 1_000_000)
                                .run(
                                        random -> new byte[] {1},
                                        input -> {
                                            kept.add(new byte[2_000_000]);
                                            return Verdict.REFUSED;
                                        }))
                .hasMessageContaining("bytes were allocated for an input of 1 bytes");
    }

    @Test
    void anInputOfTheCorpusIsTriedAsItIs() {
        assertThatThrownBy(() ->
                        Fuzz.target("own")
                                .corpus(List.of(bytes("found")))
                                .run(
                                        random -> bytes("other"),
                                        input -> {
                                            if (Arrays.equals(input, bytes("found"))) {
                                                throw new AssertionError("found again");
                                            }
                                            return Verdict.ACCEPTED;
                                        }))
                .hasMessageContainingAll("corpus-0", "found again");
    }

    @Test
    void sharesThatTellNothingAreRefused() {
        FuzzReport report = new FuzzReport(2_000, 1_990, 10);

        report.requireShares(0.5, 0.004);
        assertThatThrownBy(() -> report.requireShares(0.5, 0.1)).isInstanceOf(AssertionError.class);
    }

    @Test
    void mutationsAreManyAndOddOnesAreAmongThem() {
        JsonMutator mutator = new JsonMutator(CORPUS, List.of("word"));
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            made.add(new String(mutator.mutate(new Random(i)), StandardCharsets.UTF_8));
        }

        assertThat(made).hasSizeGreaterThan(1_000);
        assertThat(made).anyMatch(text -> text.contains("\\u0000"));
        assertThat(made).anyMatch(text -> text.contains("\\uD800"));
        assertThat(made).anyMatch(text -> text.contains("[[[[[[[["));
        assertThat(made).anyMatch(text -> text.contains("9223372036854775807"));
        assertThat(made).anyMatch(text -> text.contains("word"));
        assertThat(made).anyMatch(text -> text.length() > 10_000);
    }

    @Test
    void aSquareIsNotLinear() {
        Cost.requireLinear(100_000, size -> size, size -> new byte[size]);

        assertThatThrownBy(() ->
                        Cost.requireLinear(1_000, size -> size, size -> new byte[size * size]))
                .hasMessageContaining("for one of twice the size");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
