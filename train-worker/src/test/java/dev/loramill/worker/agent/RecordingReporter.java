package dev.loramill.worker.agent;

import dev.loramill.events.TrainingEvent;
import dev.loramill.messaging.Trace;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps what was reported. */
final class RecordingReporter implements Reporter {
    private final List<TrainingEvent> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();

    private final List<@Nullable String> traces = new CopyOnWriteArrayList<>();

    /** Refuses that many of the next events, as a broker does that finds one too large. */
    void refuse(int count) {
        refusals.set(count);
    }

    @Override
    public void report(TrainingEvent event) {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("the broker refuses " + event);
        }
        traces.add(Trace.current());
        events.add(event);
    }

    @Override
    public void reportAndWait(TrainingEvent event) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        report(event);
    }

    /** Traces that they were reported in. */
    List<@Nullable String> traces() {
        return traces;
    }

    List<TrainingEvent> events() {
        return events;
    }

    <E extends TrainingEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
