package dev.loramill.trainer.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that run the same task side by side, each on its share of the rows.
 *
 * <p>Every member multiplies matrices on its own thread alone, so nothing is forked or joined
 * inside libtorch; members meet only at barriers. A member that fails releases the others from
 * their barriers, and {@link #run} throws what it threw.
 */
public final class Team implements AutoCloseable {
    private static final int SPINS_BEFORE_YIELD = 20_000;

    /** What every member runs. */
    @FunctionalInterface
    public interface Task {
        /** Runs the member's share. */
        void run(Member member);
    }

    /** One thread of the team, as its task sees it. */
    public static final class Member {
        private final Team team;
        private final int index;

        private Member(Team team, int index) {
            this.team = team;
            this.index = index;
        }

        /** Position of this member, from 0. */
        public int index() {
            return index;
        }

        /** Number of members. */
        public int teamSize() {
            return team.size;
        }

        /** First of {@code count} items that belongs to this member. */
        public int from(int count) {
            return (int) ((long) count * index / team.size);
        }

        /** First of {@code count} items that no longer belongs to this member. */
        public int to(int count) {
            return (int) ((long) count * (index + 1) / team.size);
        }

        /** Waits until every member has come here. */
        public void await() {
            team.await();
        }
    }

    private static final class BrokenBarrier extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenBarrier() {
            super("another member failed", null, false, false);
        }
    }

    private final int size;
    private final Thread[] threads;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Object lock = new Object();
    private @Nullable Task task;
    private long taskNumber;
    private int finished;
    private boolean closed;

    /**
     * Starts the threads.
     *
     * @param size number of members, at least 1
     */
    @SuppressWarnings("this-escape")
    public Team(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("team size must be at least 1, got " + size);
        }
        Libtorch.load();
        this.size = size;
        this.threads = new Thread[size];
        for (int index = 0; index < size; index++) {
            Member member = new Member(this, index);
            threads[index] =
                    Thread.ofPlatform()
                            .name("trainer-" + index)
                            .daemon()
                            .unstarted(() -> work(member));
        }
        for (Thread thread : threads) {
            thread.start();
        }
    }

    /** Number of members. */
    public int size() {
        return size;
    }

    /** Runs a task on every member and returns when all are done. */
    public void run(Task next) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("Team is closed");
            }
            failure.set(null);
            waiting.set(0);
            task = next;
            finished = 0;
            taskNumber++;
            lock.notifyAll();
            while (finished < size) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    failure.compareAndSet(null, e);
                }
            }
            task = null;
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException("a member of the team failed", e);
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        for (Thread thread : threads) {
            boolean joined = false;
            while (!joined) {
                try {
                    thread.join();
                    joined = true;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void work(Member member) {
        torch.set_num_threads(1);
        try (AutoGradMode off = new AutoGradMode(false)) {
            long done = 0;
            while (true) {
                Task current;
                synchronized (lock) {
                    while (!closed && taskNumber == done) {
                        try {
                            lock.wait();
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                    if (closed) {
                        return;
                    }
                    done = taskNumber;
                    current = task;
                }
                try {
                    if (current != null) {
                        current.run(member);
                    }
                } catch (BrokenBarrier e) {
                    // The member that broke it has left its reason in `failure`.
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    synchronized (lock) {
                        finished++;
                        lock.notifyAll();
                    }
                }
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // where cores are shared, the last member needs one
    private void await() {
        if (size == 1) {
            return;
        }
        int mine = generation.get();
        if (waiting.incrementAndGet() == size) {
            waiting.set(0);
            generation.incrementAndGet();
            return;
        }
        int spins = 0;
        while (generation.get() == mine) {
            if (failure.get() != null) {
                throw new BrokenBarrier();
            }
            if (spins++ < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
