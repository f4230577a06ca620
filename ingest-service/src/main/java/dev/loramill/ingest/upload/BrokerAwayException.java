package dev.loramill.ingest.upload;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Kafka did not acknowledge in time. */
public final class BrokerAwayException extends IOException {
    private static final long serialVersionUID = 1;

    BrokerAwayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
