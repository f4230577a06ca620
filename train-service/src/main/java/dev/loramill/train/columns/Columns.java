package dev.loramill.train.columns;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Values of columns that are {@code NOT NULL}. */
public final class Columns {
    private Columns() {}

    /** A text. */
    public static String text(ResultSet row, int column) throws SQLException {
        return required(row.getString(column), row, column);
    }

    /** A point in time. */
    public static Instant time(ResultSet row, int column) throws SQLException {
        Timestamp time = required(row.getTimestamp(column), row, column);
        return time.toInstant();
    }

    private static <T> T required(@Nullable T value, ResultSet row, int column)
            throws SQLException {
        if (value == null) {
            throw new SQLException(
                    "column \"%s\" is null".formatted(row.getMetaData().getColumnName(column)));
        }
        return value;
    }
}
