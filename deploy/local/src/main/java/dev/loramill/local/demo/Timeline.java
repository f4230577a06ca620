package dev.loramill.local.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the time went. */
final class Timeline {
    private final Map<String, Duration> steps = new LinkedHashMap<>();
    private long since = System.nanoTime();

    /** Ends a step that began with the end of the step before. */
    void end(String step) {
        long now = System.nanoTime();
        steps.merge(step, Duration.ofNanos(now - since), Duration::plus);
        since = now;
    }

    void add(String step, Duration duration) {
        steps.merge(step, duration, Duration::plus);
    }

    void print(Terminal terminal) {
        Duration total = Duration.ZERO;
        for (Map.Entry<String, Duration> step : steps.entrySet()) {
            terminal.line("%-34s %8s", step.getKey(), format(step.getValue()));
            total = total.plus(step.getValue());
        }
        terminal.line("%-34s %8s", "total", format(total));
    }

    static String format(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60
                ? "%.1f s".formatted(duration.toMillis() / 1000.0)
                : "%d:%02d min".formatted(seconds / 60, seconds % 60);
    }
}
