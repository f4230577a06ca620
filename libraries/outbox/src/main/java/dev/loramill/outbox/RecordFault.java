package dev.loramill.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import jakarta.persistence.QueryTimeoutException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a fault that lies in what was to be done from one of the surroundings. The first meets the
 * same records each time; the second ends when database, broker or disk are back.
 */
final class RecordFault {
    /**
     * Classes of SQLSTATE that say that data do not fit: cardinality (21), data (22), integrity
     * (23), limits of a statement (54).
     */
    private static final Set<String> OF_DATA = Set.of("21", "22", "23", "54");

    private static final int CLASS_LENGTH = 2;

    private RecordFault() {}

    /** Whether records that failed so would fail again however often they are tried. */
    static boolean isOwn(Throwable fault) {
        SQLException sql = sqlFault(fault);
        if (sql != null) {
            String state = sql.getSQLState();
            return state != null
                    && state.length() >= CLASS_LENGTH
                    && OF_DATA.contains(state.substring(0, CLASS_LENGTH));
        }
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (isOfSurroundings(cause)) {
                return false;
            }
        }
        return true;
    }

    /** The message of the innermost cause, which says most. */
    static String reason(Throwable fault) {
        Throwable innermost = fault;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return "it keeps what it came with from taking effect: " + innermost;
    }

    private static @Nullable SQLException sqlFault(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    private static boolean isOfSurroundings(Throwable fault) {
        return switch (fault) {
            case JsonProcessingException e -> false;
            case IOException e -> true;
            case UncheckedIOException e -> !(e.getCause() instanceof JsonProcessingException);
            case KafkaException e -> true;
            case TimeoutException e -> true;
            case InterruptedException e -> true;
            case OptimisticLockException e -> true;
            case PessimisticLockException e -> true;
            case LockTimeoutException e -> true;
            case QueryTimeoutException e -> true;
            case VirtualMachineError e -> !(e instanceof StackOverflowError);
            default -> fault.getClass().getName().startsWith("jakarta.transaction.");
        };
    }
}
