package dev.loramill.events;

import java.util.Locale;

/** The programs that write to topics and read from them. */
public enum Program {
    INGEST,
    CLEAN,
    TRAIN,
    WORKER,
    SERVE,
    /** Whoever submits rows over Kafka. */
    OUTSIDE;

    /** Name that people, principals and logs use, such as {@code ingest}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
