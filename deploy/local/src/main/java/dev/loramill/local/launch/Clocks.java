package dev.loramill.local.launch;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/** Time of day as it stands before a line. */
final class Clocks {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("HH:mm:ss");

    private Clocks() {}

    static String now() {
        return LocalTime.now().format(FORMAT);
    }
}
