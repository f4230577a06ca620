package dev.loramill.ingest.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads columns that are declared {@code NOT NULL}. */
public final class Columns {
    private Columns() {}

    /** Text of a column that is never null. */
    public static String text(ResultSet row, String column) throws SQLException {
        return present(row.getString(column), column);
    }

    /** Time of a column that is never null. */
    public static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp timestamp = present(row.getTimestamp(column), column);
        return timestamp.toInstant();
    }

    private static <T> T present(@Nullable T value, String column) {
        if (value == null) {
            throw new IllegalStateException("column " + column + " is null");
        }
        return value;
    }
}
