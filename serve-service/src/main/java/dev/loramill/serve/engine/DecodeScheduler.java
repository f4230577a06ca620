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
 * Decides which request gets a slot, which context makes room for another, and which lane each
 * decode thread steps next. Requests are admitted in the order of their arrival, as far as slots of
 * their variant are free; lanes take turns. A lane that is alone gets all cores, several share
 * them.
 *
 * <p>A variant that has no context waits until one is idle; if none is, the oldest lane takes no
 * more requests until it has made room, so no variant starves another.
 */
final class DecodeScheduler {
    private final Limits limits;
    private final IntSupplier coresForLoneLane;
    private final Function<ModelVariant, LaneDecoder> decoders;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Generation> waiting = new ArrayDeque<>();
    private final Map<ModelVariant, Lane> lanes = new LinkedHashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private final Deque<Lane> toClose = new ArrayDeque<>();
    private final Set<Lane> closing = new HashSet<>();
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
     * @param lanes contexts
     * @param slots requests in one context
     * @param queue requests that may wait
     */
    record Limits(int threads, boolean decodesInParallel, int lanes, int slots, int queue) {}

    DecodeScheduler(
            Limits limits,
            IntSupplier coresForLoneLane,
            Function<ModelVariant, LaneDecoder> decoders) {
        this.limits = limits;
        this.coresForLoneLane = coresForLoneLane;
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
     * @param stillActive requests that are under way in its lane
     */
    Optional<Turn> next(@Nullable Turn done, int stillActive) {
        lock.lock();
        try {
            switch (done) {
                case Turn.Step step -> finish(step, stillActive);
                case Turn.Close(Lane lane, _) -> closing.remove(lane);
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

    /** Admits nothing more and closes all lanes; returns what waited, for the caller to fail. */
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
            return lanes.values().stream().mapToInt(Lane::occupied).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Lanes that have a context, or are about to. */
    int laneCount() {
        lock.lock();
        try {
            return lanes.size();
        } finally {
            lock.unlock();
        }
    }

    private void finish(Turn.Step step, int stillActive) {
        Lane lane = step.lane();
        lane.end(stillActive);
        running--;
        freeThreads += step.threads();
        if (lane.hasWork()) {
            ready.addLast(lane);
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
        Lane lane = ready.removeFirst();
        freeThreads -= threads;
        running++;
        return new Turn.Step(lane, lane.begin(++turnCount), threads);
    }

    private int threadsForNext() {
        if (ready.isEmpty() || freeThreads == 0) {
            return 0;
        }
        if (running > 0) {
            return limits.decodesInParallel() ? 1 : 0;
        }
        boolean isAlone = ready.size() == 1 || !limits.decodesInParallel();
        return isAlone ? Math.clamp(coresForLoneLane.getAsInt(), 1, freeThreads) : 1;
    }

    /** Gives slots to those that wait, oldest first. */
    private void admit() {
        Set<ModelVariant> starving = new HashSet<>();
        Set<Lane> draining = new HashSet<>();
        for (Iterator<Generation> all = waiting.iterator(); all.hasNext(); ) {
            Generation generation = all.next();
            if (generation.isCancelled()) {
                all.remove();
                generation.abandon();
                continue;
            }
            Lane lane = lanes.get(generation.variant());
            if (lane == null) {
                lane = open(generation.variant());
            }
            if (lane == null) {
                if (starving.add(generation.variant())) {
                    lanes.values().stream()
                            .filter(other -> !draining.contains(other))
                            .findFirst()
                            .ifPresent(draining::add);
                }
            } else if (lane.occupied() < limits.slots() && !draining.contains(lane)) {
                all.remove();
                if (lane.isIdle()) {
                    ready.addLast(lane);
                }
                lane.admit(generation);
            }
        }
    }

    /** A lane for a variant that has none, or null if there is no room. */
    private @Nullable Lane open(ModelVariant variant) {
        if (lanes.size() >= limits.lanes()) {
            Optional<Lane> idle =
                    lanes.values().stream()
                            .filter(Lane::isIdle)
                            .min(Comparator.comparingLong(Lane::lastUsed));
            if (idle.isEmpty()) {
                return null;
            }
            retire(idle.get());
        }
        Lane lane = new Lane(variant, decoders.apply(variant));
        lanes.put(variant, lane);
        return lane;
    }

    private void retire(Lane lane) {
        lanes.remove(lane.variant());
        ready.remove(lane);
        toClose.addLast(lane);
        closing.add(lane);
    }

    /** Frees a context, or does what follows when it is freed. */
    private @Nullable Turn upkeep() {
        for (var drops = dropped.entrySet().iterator(); drops.hasNext(); ) {
            Map.Entry<ModelVariant, Runnable> drop = drops.next();
            Lane lane = lanes.get(drop.getKey());
            if (lane != null && lane.isIdle()) {
                retire(lane);
            } else if (lane == null && !isClosing(drop.getKey())) {
                drops.remove();
                return new Turn.Follow(drop.getValue());
            }
        }
        Lane lane = toClose.pollFirst();
        return lane == null ? null : new Turn.Close(lane, List.of());
    }

    private boolean isClosing(ModelVariant variant) {
        return closing.stream().anyMatch(lane -> lane.variant() == variant);
    }

    /** Frees one context after the other, for good. */
    private @Nullable Turn closeNext() {
        for (Lane lane : List.copyOf(lanes.values())) {
            if (!lane.isRunning()) {
                retire(lane);
            }
        }
        Lane lane = toClose.pollFirst();
        return lane == null ? null : new Turn.Close(lane, lane.begin(++turnCount));
    }
}
