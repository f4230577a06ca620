package dev.loramill.ingest.dataset;

import java.io.IOException;

/** The bytes of an accepted source are gone or damaged, so that trying again is of no use. */
final class SourceLostException extends IOException {
    private static final long serialVersionUID = 1;

    SourceLostException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
