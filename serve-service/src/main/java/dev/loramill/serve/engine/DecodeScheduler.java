package dev.loramill.serve.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which request gets a slot, which context makes room for another, and which context each
 * decode thread steps next. Requests are admitted in the order of their arrival, as far as slots of
 * their variant are free; contexts take turns. A context that is alone gets all cores, several
 * share them.
 *
 * <p>A variant that has no context waits until one is idle; if none is, the oldest context takes no
 * more requests until it has made room, so no variant starves another.
 */
final class DecodeScheduler {
    private final Limits limits;
    private final IntSupplier coresForLoneContext;
    private final Function<ModelVariant, VariantDecoder> decoders;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Generation> waiting = new ArrayDeque<>();
    private final Map<ModelVariant, ScheduledContext> contexts = new LinkedHashMap<>();
    private final Deque<ScheduledContext> ready = new ArrayDeque<>();
    private final Deque<ScheduledContext> toClose = new ArrayDeque<>();
    private final Set<ScheduledContext> closing = new HashSet<>();
    private final Map<ModelVariant, Runnable> dropped = new LinkedHashMap<>();
    private int freeThreads;
    private int running;
    private long turnCount;
    private boolean isClosed;

    /**
     * Bounds of what runs at once.
     *
     * @param threads cores
     * @param decodesInParallel whether several contexts may decode at the same time
     * @param contexts most contexts at a time
     * @param slots requests in one context
     * @param queue requests that may wait
     */
    record Limits(int threads, boolean decodesInParallel, int contexts, int slots, int queue) {}

    DecodeScheduler(
            Limits limits,
            IntSupplier coresForLoneContext,
            Function<ModelVariant, VariantDecoder> decoders) {
        this.limits = limits;
        this.coresForLoneContext = coresForLoneContext;
        this.decoders = decoders;
        this.freeThreads = limits.threads();
    }

    /** Takes a request; false if too many wait already, or the scheduler is closed. */
    boolean offer(Generation generation) {
        lock.lock();
        try {
            if (isClosed) {
                return false;
            }
            waiting.addLast(generation);
            admit();
            if (waiting.size() > limits.queue()) {
                // Only this request can be one too many, and it is the last.
                waiting.removeLast();
                return false;
            }
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Looks again at those that wait, after one of them was cancelled. */
    void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Frees the context of a variant that no request uses any more.
     *
     * @param then runs on a decode thread once no context holds the variant; never if the scheduler
     *     is closed before
     */
    void drop(ModelVariant variant, Runnable then) {
        lock.lock();
        try {
            dropped.put(variant, then);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a turn and waits for the next one; empty when the scheduler is closed.
     *
     * @param done the turn that the caller has finished, or null
     * @param stillActive requests that are under way in its context
     */
    Optional<Turn> next(@Nullable Turn done, int stillActive) {
        lock.lock();
        try {
            switch (done) {
                case Turn.Step step -> finish(step, stillActive);
                case Turn.Close(ScheduledContext context, _) -> closing.remove(context);
                case Turn.Follow _ -> {}
                case null -> {}
            }
            while (true) {
                admit();
                Turn turn = choose();
                if (turn != null) {
                    if (!toClose.isEmpty() || (freeThreads > 0 && !ready.isEmpty())) {
                        changed.signal();
                    }
                    return Optional.of(turn);
                }
                if (isClosed && running == 0) {
                    changed.signalAll();
                    return Optional.empty();
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Admits nothing more and closes all contexts; returns what waited, for the caller to fail. */
    List<Generation> close() {
        lock.lock();
        try {
            isClosed = true;
            List<Generation> left = new ArrayList<>(waiting);
            waiting.clear();
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Requests that may wait. */
    int queueLimit() {
        return limits.queue();
    }

    /** Requests that wait for a slot. */
    int waitingCount() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Requests that have a slot. */
    int activeCount() {
        lock.lock();
        try {
            return contexts.values().stream().mapToInt(ScheduledContext::occupied).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Contexts that are open, or about to be. */
    int contextCount() {
        lock.lock();
        try {
            return contexts.size();
        } finally {
            lock.unlock();
        }
    }

    private void finish(Turn.Step step, int stillActive) {
        ScheduledContext context = step.context();
        context.end(stillActive);
        running--;
        freeThreads += step.threads();
        if (context.hasWork()) {
            ready.addLast(context);
        }
    }

    private @Nullable Turn choose() {
        Turn upkeep = isClosed ? closeNext() : upkeep();
        if (upkeep != null || isClosed) {
            return upkeep;
        }
        int threads = threadsForNext();
        if (threads == 0) {
            return null;
        }
        ScheduledContext context = ready.removeFirst();
        freeThreads -= threads;
        running++;
        return new Turn.Step(context, context.begin(++turnCount), threads);
    }

    private int threadsForNext() {
        if (ready.isEmpty() || freeThreads == 0) {
            return 0;
        }
        if (running > 0) {
            return limits.decodesInParallel() ? 1 : 0;
        }
        boolean isAlone = ready.size() == 1 || !limits.decodesInParallel();
        return isAlone ? Math.clamp(coresForLoneContext.getAsInt(), 1, freeThreads) : 1;
    }

    /** Gives slots to those that wait, oldest first. */
    private void admit() {
        Set<ModelVariant> starving = new HashSet<>();
        Set<ScheduledContext> draining = new HashSet<>();
        for (Iterator<Generation> all = waiting.iterator(); all.hasNext(); ) {
            Generation generation = all.next();
            if (generation.isCancelled()) {
                all.remove();
                generation.abandon();
                continue;
            }
            ScheduledContext context = contexts.get(generation.variant());
            if (context == null) {
                context = open(generation.variant());
            }
            if (context == null) {
                if (starving.add(generation.variant())) {
                    contexts.values().stream()
                            .filter(other -> !draining.contains(other))
                            .findFirst()
                            .ifPresent(draining::add);
                }
            } else if (context.occupied() < limits.slots() && !draining.contains(context)) {
                all.remove();
                if (context.isIdle()) {
                    ready.addLast(context);
                }
                context.admit(generation);
            }
        }
    }

    /** A context for a variant that has none, or null if there is no room. */
    private @Nullable ScheduledContext open(ModelVariant variant) {
        if (contexts.size() >= limits.contexts()) {
            Optional<ScheduledContext> idle =
                    contexts.values().stream()
                            .filter(ScheduledContext::isIdle)
                            .min(Comparator.comparingLong(ScheduledContext::lastUsed));
            if (idle.isEmpty()) {
                return null;
            }
            retire(idle.get());
        }
        ScheduledContext context = new ScheduledContext(variant, decoders.apply(variant));
        contexts.put(variant, context);
        return context;
    }

    private void retire(ScheduledContext context) {
        contexts.remove(context.variant());
        ready.remove(context);
        toClose.addLast(context);
        closing.add(context);
    }

    /** Frees a context, or does what follows when it is freed. */
    private @Nullable Turn upkeep() {
        for (var drops = dropped.entrySet().iterator(); drops.hasNext(); ) {
            Map.Entry<ModelVariant, Runnable> drop = drops.next();
            ScheduledContext context = contexts.get(drop.getKey());
            if (context != null && context.isIdle()) {
                retire(context);
            } else if (context == null && !isClosing(drop.getKey())) {
                drops.remove();
                return new Turn.Follow(drop.getValue());
            }
        }
        ScheduledContext context = toClose.pollFirst();
        return context == null ? null : new Turn.Close(context, List.of());
    }

    private boolean isClosing(ModelVariant variant) {
        return closing.stream().anyMatch(context -> context.variant() == variant);
    }

    /** Frees one context after the other, for good. */
    private @Nullable Turn closeNext() {
        for (ScheduledContext context : List.copyOf(contexts.values())) {
            if (!context.isRunning()) {
                retire(context);
            }
        }
        ScheduledContext context = toClose.pollFirst();
        return context == null ? null : new Turn.Close(context, context.begin(++turnCount));
    }
}
