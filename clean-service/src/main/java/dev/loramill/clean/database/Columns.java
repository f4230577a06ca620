package dev.loramill.clean.database;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Columns that are declared NOT NULL. */
public final class Columns {
    private Columns() {}

    /**
     * Text of a column.
     *
     * @throws SQLException when it is null, against its declaration
     */
    public static String text(ResultSet result, String column) throws SQLException {
        String text = result.getString(column);
        if (text == null) {
            throw new SQLException("column \"%s\" must not be null".formatted(column));
        }
        return text;
    }
}
