package dev.loramill.http;

import io.quarkus.logging.LoggingFilter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each record that is logged on a line of its own: whatever name or text was put into it,
 * control characters stand there as {@code \n} and {@code \}{@code u001b} do in Java, so nobody
 * writes a line of the log, or to the terminal of who reads it, but the service.
 */
@LoggingFilter(name = LogLines.NAME)
public final class LogLines implements Filter {
    static final String NAME = "log-lines";

    private static final int MAX_FAULTS = 100;

    @Override
    public boolean isLoggable(LogRecord logged) {
        ExtLogRecord record = ExtLogRecord.wrap(logged);
        String message = record.getFormattedMessage();
        if (message != null && needsEscape(message)) {
            record.setMessage(escape(message), ExtLogRecord.FormatStyle.NO_FORMAT);
            if (record != logged) {
                logged.setMessage(record.getMessage());
                logged.setParameters(null);
            }
        }
        Throwable thrown = logged.getThrown();
        if (thrown != null && needsEscape(thrown)) {
            logged.setThrown(new Escaped(thrown, identitySet()));
        }
        return true;
    }

    private static Set<Throwable> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static boolean needsEscape(Throwable thrown) {
        Set<Throwable> seen = identitySet();
        return needsEscape(thrown, seen);
    }

    private static boolean needsEscape(@Nullable Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || seen.size() == MAX_FAULTS || !seen.add(thrown)) {
            return false;
        }
        if (needsEscape(String.valueOf(thrown)) || needsEscape(thrown.getCause(), seen)) {
            return true;
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (needsEscape(suppressed, seen)) {
                return true;
            }
        }
        return false;
    }

    private static boolean needsEscape(String text) {
        return text.chars().anyMatch(LogLines::isControl);
    }

    /** What ends a line or steers a terminal somewhere, or turns the direction of what follows. */
    private static boolean isControl(int c) {
        return c != '\t'
                && (Character.isISOControl(c)
                        || c == '\u2028'
                        || c == '\u2029'
                        || (c >= '\u202a' && c <= '\u202e')
                        || (c >= '\u2066' && c <= '\u2069'));
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isControl(c)) {
                escaped.append(c);
            } else if (c == '\n') {
                escaped.append("\\n");
            } else if (c == '\r') {
                escaped.append("\\r");
            } else {
                escaped.append("\\u%04x".formatted((int) c));
            }
        }
        return escaped.toString();
    }

    /** Prints as what was thrown does, each message on one line. */
    private static final class Escaped extends Throwable {
        private static final long serialVersionUID = 1;

        private final String printed;

        Escaped(Throwable thrown, Set<Throwable> seen) {
            super();
            seen.add(thrown);
            this.printed = escape(String.valueOf(thrown));
            setStackTrace(thrown.getStackTrace());
            Throwable cause = thrown.getCause();
            if (cause != null && seen.size() < MAX_FAULTS && !seen.contains(cause)) {
                initCause(new Escaped(cause, seen));
            }
            for (Throwable suppressed : thrown.getSuppressed()) {
                if (seen.size() < MAX_FAULTS && !seen.contains(suppressed)) {
                    addSuppressed(new Escaped(suppressed, seen));
                }
            }
        }

        @Override
        public String toString() {
            return printed;
        }
    }
}
