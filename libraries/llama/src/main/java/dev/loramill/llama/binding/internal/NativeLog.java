package dev.loramill.llama.binding.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Takes the lines that llama.cpp writes and passes them to the logger, and keeps the complaints of
 * one call on one thread as the reason of its failure.
 */
public final class NativeLog {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLog.class);

    private static final int INFO = 2;
    private static final int WARN = 3;
    private static final int ERROR = 4;
    private static final int CONTINUED = 5;

    private static final ThreadLocal<@Nullable List<String>> COMPLAINTS = new ThreadLocal<>();
    private static final ThreadLocal<Line> LINE = ThreadLocal.withInitial(Line::new);

    /** A line that may come in pieces. */
    private static final class Line {
        final StringBuilder text = new StringBuilder();
        int level = INFO;
    }

    private final String library;

    private NativeLog(String library) {
        this.library = library;
    }

    /** Replaces the log callback of a library, for as long as the process lives. */
    static NativeLog install(String library, Symbols symbols) {
        NativeLog log = new NativeLog(library);
        try {
            MethodHandle target =
                    MethodHandles.lookup()
                            .bind(
                                    log,
                                    "receive",
                                    MethodType.methodType(
                                            void.class,
                                            int.class,
                                            MemorySegment.class,
                                            MemorySegment.class));
            MemorySegment callback =
                    Symbols.LINKER.upcallStub(
                            target,
                            FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS),
                            Arena.global());
            MethodHandle set = symbols.procedure("llama_log_set", ADDRESS, ADDRESS);
            set.invokeExact(callback, MemorySegment.NULL);
        } catch (Throwable t) {
            throw NativeCalls.unexpected("llama_log_set", t);
        }
        return log;
    }

    /** The result of a call, and what the library complained of on this thread meanwhile. */
    public record Heard<T>(T result, List<String> complaints) {
        /** The complaints in one line. */
        public String reason() {
            return complaints.isEmpty()
                    ? "llama.cpp gave no reason"
                    : String.join("; ", complaints);
        }
    }

    /** Makes a call and listens. */
    public <T> Heard<T> listen(Supplier<T> call) {
        List<String> complaints = new ArrayList<>();
        COMPLAINTS.set(complaints);
        try {
            return new Heard<>(call.get(), List.copyOf(complaints));
        } finally {
            COMPLAINTS.remove();
        }
    }

    /** The callback; nothing may be thrown into native code. */
    @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // called by C, with its signature
    private void receive(int level, MemorySegment text, MemorySegment userData) {
        try {
            Line line = LINE.get();
            if (level != CONTINUED) {
                line.level = level;
            }
            line.text.append(NativeCalls.string(text));
            if (!line.text.isEmpty() && line.text.charAt(line.text.length() - 1) == '\n') {
                emit(line.level, line.text.toString().strip());
                line.text.setLength(0);
            }
        } catch (Throwable t) {
            // There is nobody to tell: the caller is C.
        }
    }

    private void emit(int level, String line) {
        if (line.isEmpty()) {
            return;
        }
        List<String> complaints = COMPLAINTS.get();
        if (level == ERROR && complaints != null) {
            complaints.add(line);
            log(LOG.atDebug(), line, "llama.cpp complained");
        } else if (level == ERROR) {
            log(LOG.atWarn(), line, "llama.cpp complained");
        } else if (level == WARN) {
            log(LOG.atDebug(), line, "llama.cpp warned");
        } else {
            log(LOG.atTrace(), line, "llama.cpp logged");
        }
    }

    private void log(LoggingEventBuilder event, String line, String sentence) {
        event.addKeyValue("library", library).addKeyValue("line", line).log(sentence);
    }
}
