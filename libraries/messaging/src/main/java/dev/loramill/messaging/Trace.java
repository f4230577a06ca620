package dev.loramill.messaging;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a piece of work belongs to, told as W3C's {@code traceparent} tells it. It begins
 * with a request that is traced and goes on in the header of every record that follows from it;
 * work that waits in a database keeps it there. Without a traced request there is none, and nothing
 * is added anywhere.
 */
public final class Trace {
    /** Header of requests and records. */
    public static final String HEADER = "traceparent";

    // OpenTelemetry's own context is lost in Quarkus on a thread of Vert.x without a duplicated
    // context, such as one of a channel in memory has.
    private static final ScopedValue<String> CONTINUED = ScopedValue.newInstance();

    private Trace() {}

    /** The trace of what this thread is doing; null when it is not traced. */
    public static @Nullable String current() {
        if (CONTINUED.isBound()) {
            return CONTINUED.get();
        }
        if (!Span.current().getSpanContext().isValid()) {
            return null;
        }
        String[] parent = {null};
        W3CTraceContextPropagator.getInstance().inject(Context.current(), parent, Trace::set);
        return parent[0];
    }

    /** The trace that a record belongs to; null when it is not traced, or its header is none. */
    public static @Nullable String of(Headers headers) {
        Header header = headers.lastHeader(HEADER);
        if (header == null || header.value() == null) {
            return null;
        }
        String parent = new String(header.value(), StandardCharsets.UTF_8);
        return span(parent).getSpanContext().isValid() ? parent : null;
    }

    /** Adds the trace of what this thread is doing to a record, if it is traced. */
    public static void addTo(Headers headers) {
        addTo(headers, current());
    }

    /** Adds a trace to a record; nothing when it is null. */
    public static void addTo(Headers headers, @Nullable String parent) {
        if (parent != null) {
            headers.remove(HEADER).add(HEADER, parent.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A piece of work. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, E extends Exception> {
        /** Does it. */
        T run() throws E;
    }

    /**
     * Does work that belongs to a trace: requests and events of it go on in the trace.
     *
     * @param parent value of {@link #HEADER}; when it is null or none, the work belongs to what the
     *     thread was doing
     */
    public static <T extends @Nullable Object, E extends Exception> T continuing(
            @Nullable String parent, Work<T, E> work) throws E {
        if (parent == null) {
            return work.run();
        }
        Span span = span(parent);
        if (!span.getSpanContext().isValid()) {
            return work.run();
        }
        return ScopedValue.where(CONTINUED, parent)
                .call(() -> {
                    // For requests to other services.
                    try (Scope scope = span.makeCurrent()) {
                        return work.run();
                    }
                });
    }

    /**
     * Does work without a result that belongs to a trace, as {@link #continuing} does.
     *
     * @param parent value of {@link #HEADER}; when it is null or none, the work belongs to what the
     *     thread was doing
     */
    public static void in(@Nullable String parent, Runnable work) {
        Trace.<@Nullable Void, RuntimeException>continuing(
                parent,
                () -> {
                    work.run();
                    return null;
                });
    }

    private static Span span(String parent) {
        return Span.fromContext(
                W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), Map.of(HEADER, parent), new Getter()));
    }

    private static void set(@Nullable String @Nullable [] carrier, String name, String value) {
        if (carrier != null && name.equals(HEADER)) {
            carrier[0] = value;
        }
    }

    private static final class Getter implements TextMapGetter<Map<String, String>> {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
            return List.copyOf(carrier.keySet());
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
            return carrier == null ? null : carrier.get(key);
        }
    }
}
