package dev.loramill.serve;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;

/** The lines that a class logs while this is open. */
public final class LoggedLines implements AutoCloseable {
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(@Nullable LogRecord record) {
                    ExtLogRecord line = ExtLogRecord.wrap(Objects.requireNonNull(record));
                    lines.add(
                            new Line(
                                    line.getFormattedMessage(),
                                    line.getMdc("requestId"),
                                    line.getThrown()));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    /** One line, the request that it names, and what was thrown. */
    public record Line(String text, @Nullable String requestId, @Nullable Throwable cause) {}

    private LoggedLines(Logger logger) {
        this.logger = logger;
        logger.addHandler(handler);
    }

    /** Begins to listen. */
    public static LoggedLines of(String className) {
        return new LoggedLines(Logger.getLogger(className));
    }

    /** What was logged so far. */
    public List<Line> all() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
