package dev.loramill.local.launch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Does several things at once and shows how far each is. */
final class Steps {
    private static final Duration REFRESH = Duration.ofMillis(250);
    private static final Duration REMINDER = Duration.ofSeconds(10);

    private final Console console;

    Steps(Console console) {
        this.console = console;
    }

    /**
     * One thing to do.
     *
     * @param name what it is, for people
     * @param action does it and returns a remark for people, or an empty text
     */
    record Step(String name, Callable<String> action) {}

    private record Running(Step step, Future<String> result, long startNanos) {
        String elapsed() {
            return seconds(Duration.ofNanos(System.nanoTime() - startNanos));
        }
    }

    /**
     * Does all steps, each in a thread of its own, and waits for all of them.
     *
     * @throws LaunchException with the messages of all steps that failed
     */
    void run(List<Step> steps) throws LaunchException, InterruptedException {
        List<String> faults = new ArrayList<>();
        List<Throwable> causes = new ArrayList<>();
        ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory());
        try {
            List<Running> running = new ArrayList<>();
            for (Step step : steps) {
                running.add(new Running(step, threads.submit(step.action()), System.nanoTime()));
            }
            long reminded = System.nanoTime();
            while (!running.isEmpty()) {
                awaitOne(running.getFirst());
                for (Running step : List.copyOf(running)) {
                    if (step.result().isDone()) {
                        running.remove(step);
                        finish(step, faults, causes);
                    }
                }
                if (!running.isEmpty()) {
                    console.live("  waiting for " + describe(running));
                    if (!console.isTerminal()
                            && System.nanoTime() - reminded > REMINDER.toNanos()) {
                        console.line("  waiting for " + describe(running));
                        reminded = System.nanoTime();
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
        if (!faults.isEmpty()) {
            LaunchException exception =
                    new LaunchException(String.join(System.lineSeparator(), faults));
            causes.forEach(exception::addSuppressed);
            throw exception;
        }
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static void awaitOne(Running step) throws InterruptedException {
        try {
            step.result().get(REFRESH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // A failure is taken up where finished steps are; a timeout is time to show progress.
        }
    }

    private void finish(Running step, List<String> faults, List<Throwable> causes)
            throws InterruptedException {
        try {
            String remark = step.result().get();
            console.line(
                    "  %-12s ready in %7s%s"
                            .formatted(
                                    step.step().name(),
                                    step.elapsed(),
                                    remark.isEmpty() ? "" : "   " + remark));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            console.line("  %-12s failed after %s".formatted(step.step().name(), step.elapsed()));
            faults.add(
                    cause instanceof LaunchException
                            ? String.valueOf(cause.getMessage())
                            : "%s: %s".formatted(step.step().name(), cause));
            causes.add(cause);
        }
    }

    private static String describe(List<Running> running) {
        return running.stream()
                .map(step -> step.step().name() + " (" + step.elapsed() + ")")
                .collect(Collectors.joining(", "));
    }
}
