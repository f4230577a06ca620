package dev.loramill.worker.agent;

import dev.loramill.events.Event;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what was reported. */
final class RecordingReporter implements Reporter {
    private final List<Event> events = new CopyOnWriteArrayList<>();

    @Override
    public void report(Event event) {
        events.add(event);
    }

    @Override
    public void reportAndWait(Event event) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        events.add(event);
    }

    List<Event> events() {
        return events;
    }

    <E extends Event> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
