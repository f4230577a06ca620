package dev.loramill.train.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does one thing again and again, in a thread of its own: when woken, and after each interval. */
final class Ticker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final String name;
    private final Duration interval;
    private final Task task;
    private final Thread thread;
    private final Semaphore wakeUps = new Semaphore(0);
    private volatile boolean isStopping;
    private boolean isFailing;

    /** What to do; whatever it throws, it is done again. */
    @FunctionalInterface
    interface Task {
        void run() throws SQLException;
    }

    Ticker(String name, Duration interval, Task task) {
        this.name = name;
        this.interval = interval;
        this.task = task;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Has the thing done soon. */
    void wake() {
        wakeUps.release();
    }

    /** Ends after the run at hand, which is interrupted. */
    @Override
    public void close() {
        isStopping = true;
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!isStopping) {
            try {
                task.run();
                isFailing = false;
            } catch (SQLException | RuntimeException e) {
                failed(e);
            }
            try {
                if (wakeUps.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                    wakeUps.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void failed(Exception e) {
        if (!isFailing && !isStopping) {
            LOG.atError().addKeyValue("task", name).setCause(e).log("A task is tried again");
        }
        isFailing = true;
    }
}
