package dev.loramill.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.binding.SamplerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Drives the scheduler by hand: whoever calls next() is a decode thread. */
@Timeout(20)
class DecodeSchedulerTest {
    private static final ModelVariant BASE = new ModelVariant("base", null);
    private static final ModelVariant RED = new ModelVariant("red", null);
    private static final ModelVariant BLUE = new ModelVariant("blue", null);

    private final List<String> closed = new ArrayList<>();

    @Test
    void givesALoneContextAllCores() {
        DecodeScheduler scheduler = scheduler(2, true, 4, 2, 8);
        scheduler.offer(generation(BASE));

        assertThat(step(scheduler, null, 0).threads()).isEqualTo(2);
    }

    @Test
    void sharesCoresAmongContexts() {
        DecodeScheduler scheduler = scheduler(2, true, 4, 2, 8);
        scheduler.offer(generation(BASE));
        scheduler.offer(generation(RED));

        Turn.Step first = step(scheduler, null, 0);
        Turn.Step second = step(scheduler, null, 0);

        assertThat(first.threads()).isEqualTo(1);
        assertThat(second.threads()).isEqualTo(1);
        assertThat(List.of(first.context().variant(), second.context().variant()))
                .containsExactly(BASE, RED);
    }

    @Test
    void contextsTakeTurns() {
        DecodeScheduler scheduler = scheduler(1, true, 4, 2, 8);
        scheduler.offer(generation(BASE));
        scheduler.offer(generation(RED));

        Turn.Step first = step(scheduler, null, 0);
        Turn.Step second = step(scheduler, first, 1);
        Turn.Step third = step(scheduler, second, 1);

        assertThat(second.context().variant()).isEqualTo(RED);
        assertThat(third.context()).isSameAs(first.context());
        assertThat(third.admitted()).isEmpty();
    }

    @Test
    void letsOneContextDecodeAtATimeWhereTheLibraryCannotDoMore() {
        DecodeScheduler scheduler = scheduler(2, false, 4, 2, 8);
        scheduler.offer(generation(BASE));
        scheduler.offer(generation(RED));

        Turn.Step first = step(scheduler, null, 0);
        assertThat(first.threads()).isEqualTo(2);
        Turn.Step second = step(scheduler, first, 1);
        assertThat(second.threads()).isEqualTo(2);
        assertThat(second.context().variant()).isEqualTo(RED);
    }

    @Test
    void admitsNoMoreThanThereAreSlotsAndGoesOnWhenOneIsFree() {
        DecodeScheduler scheduler = scheduler(1, true, 4, 2, 8);
        Generation third = generation(BASE);
        scheduler.offer(generation(BASE));
        scheduler.offer(generation(BASE));
        scheduler.offer(third);

        Turn.Step first = step(scheduler, null, 0);
        assertThat(first.admitted()).hasSize(2);
        assertThat(scheduler.waitingCount()).isEqualTo(1);

        Turn.Step second = step(scheduler, first, 2);
        assertThat(second.admitted()).isEmpty();
        assertThat(step(scheduler, second, 1).admitted()).containsExactly(third);
    }

    @Test
    void refusesOneMoreThanMayWait() {
        DecodeScheduler scheduler = scheduler(1, true, 1, 1, 1);

        assertThat(scheduler.offer(generation(BASE))).isTrue();
        assertThat(scheduler.offer(generation(BASE))).isTrue();
        assertThat(scheduler.offer(generation(BASE))).isFalse();
        assertThat(scheduler.waitingCount()).isEqualTo(1);
    }

    @Test
    void freesTheLeastRecentlyUsedIdleContextForAnotherVariant() {
        DecodeScheduler scheduler = scheduler(1, true, 2, 1, 8);
        scheduler.offer(generation(BASE));
        Turn.Step base = step(scheduler, null, 0);
        scheduler.offer(generation(RED));
        Turn.Step red = step(scheduler, base, 0);

        scheduler.offer(generation(BLUE));
        Turn close = scheduler.next(red, 0).orElseThrow();
        assertThat(close).isInstanceOf(Turn.Close.class);
        assertThat(((Turn.Close) close).context().variant()).isEqualTo(BASE);
        assertThat(step(scheduler, close, 0).context().variant()).isEqualTo(BLUE);
        assertThat(scheduler.contextCount()).isEqualTo(2);
    }

    @Test
    void aVariantWithoutContextIsNotStarvedByOnesThatAlwaysHaveWork() {
        DecodeScheduler scheduler = scheduler(1, true, 1, 2, 8);
        scheduler.offer(generation(BASE));
        Turn.Step first = step(scheduler, null, 0);
        Generation starved = generation(RED);
        scheduler.offer(starved);
        scheduler.offer(generation(BASE));

        // A slot of the base is free, but the one who waits longer comes first.
        Turn.Step second = step(scheduler, first, 1);
        assertThat(second.admitted()).isEmpty();

        Turn close = scheduler.next(second, 0).orElseThrow();
        assertThat(close).isInstanceOf(Turn.Close.class);
        assertThat(step(scheduler, close, 0).admitted()).containsExactly(starved);
    }

    @Test
    void admitsAgainWhenTheOneWhoWaitedLongerGaveUp() {
        DecodeScheduler scheduler = scheduler(1, true, 1, 2, 8);
        scheduler.offer(generation(BASE));
        Turn.Step first = step(scheduler, null, 0);
        Generation starved = generation(RED);
        Generation later = generation(BASE);
        scheduler.offer(starved);
        scheduler.offer(later);

        starved.cancel();

        assertThat(step(scheduler, first, 1).admitted()).containsExactly(later);
        assertThat(scheduler.waitingCount()).isZero();
    }

    @Test
    void dropsAnIdleContextAndThenSaysSo() {
        DecodeScheduler scheduler = scheduler(1, true, 2, 1, 8);
        scheduler.offer(generation(RED));
        Turn.Step step = step(scheduler, null, 0);
        Runnable then = () -> closed.add("then");
        scheduler.drop(RED, then);

        Turn close = scheduler.next(step, 0).orElseThrow();
        assertThat(close).isInstanceOf(Turn.Close.class);
        assertThat(scheduler.next(close, 0)).contains(new Turn.Follow(then));
        assertThat(scheduler.contextCount()).isZero();
    }

    @Test
    void keepsAContextThatIsToBeDroppedUntilItsTurnIsOver() {
        DecodeScheduler scheduler = scheduler(2, true, 2, 1, 8);
        scheduler.offer(generation(RED));
        Turn.Step running = step(scheduler, null, 0);
        scheduler.drop(RED, () -> closed.add("then"));
        scheduler.offer(generation(BASE));
        assertThat(scheduler.contextCount()).isEqualTo(2);

        Turn next = scheduler.next(running, 0).orElseThrow();
        assertThat(next).isInstanceOf(Turn.Close.class);
        // Another thread may not be told before the context is closed.
        Turn.Step other = step(scheduler, null, 0);
        assertThat(other.context().variant()).isEqualTo(BASE);
        assertThat(scheduler.next(next, 0).orElseThrow()).isInstanceOf(Turn.Follow.class);
    }

    @Test
    void saysAtOnceThatAVariantWithoutContextIsDropped() {
        DecodeScheduler scheduler = scheduler(1, true, 2, 1, 8);
        Runnable then = () -> closed.add("then");
        scheduler.drop(BLUE, then);

        assertThat(scheduler.next(null, 0)).contains(new Turn.Follow(then));
    }

    @Test
    void closesAllContextsAndEnds() {
        DecodeScheduler scheduler = scheduler(1, true, 4, 1, 8);
        Generation unseen = generation(RED);
        Generation waiting = generation(RED);
        scheduler.offer(generation(BASE));
        scheduler.offer(unseen);
        scheduler.offer(waiting);
        Turn.Step running = step(scheduler, null, 0);

        assertThat(scheduler.close()).containsExactly(waiting);
        assertThat(scheduler.offer(generation(BASE))).isFalse();

        List<Generation> admitted = new ArrayList<>();
        Optional<Turn> turn = scheduler.next(running, 1);
        while (turn.isPresent()) {
            Turn.Close close = (Turn.Close) turn.get();
            admitted.addAll(close.admitted());
            closed.add(close.context().variant().name());
            turn = scheduler.next(close, 0);
        }
        assertThat(closed).containsExactlyInAnyOrder("base", "red");
        assertThat(admitted).containsExactly(unseen);
    }

    private static Turn.Step step(DecodeScheduler scheduler, @Nullable Turn done, int stillActive) {
        Turn turn = scheduler.next(done, stillActive).orElseThrow();
        assertThat(turn).isInstanceOf(Turn.Step.class);
        return (Turn.Step) turn;
    }

    private static DecodeScheduler scheduler(
            int threads, boolean decodesInParallel, int contexts, int slots, int queue) {
        return new DecodeScheduler(
                new DecodeScheduler.Limits(threads, decodesInParallel, contexts, slots, queue),
                () -> threads,
                variant -> new UnusedDecoder());
    }

    private static Generation generation(ModelVariant variant) {
        assertThat(variant.acquire()).isTrue();
        return new Generation(
                new GenerationRequest(
                        variant,
                        new int[] {1},
                        8,
                        SamplerOptions.greedy(),
                        GenerationRequest.NO_LOGPROBS),
                () -> {});
    }

    /** The scheduler hands decoders over and never uses them itself. */
    private static final class UnusedDecoder implements VariantDecoder {
        @Override
        public int step(List<Generation> admitted, int threads) {
            throw new AssertionError("the scheduler stepped a context itself");
        }

        @Override
        public void close() {
            throw new AssertionError("the scheduler closed a context itself");
        }
    }
}
