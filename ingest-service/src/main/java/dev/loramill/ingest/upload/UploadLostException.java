package dev.loramill.ingest.upload;

import java.io.IOException;

/** The bytes of an accepted upload are gone or damaged, so that trying again is of no use. */
final class UploadLostException extends IOException {
    private static final long serialVersionUID = 1;

    UploadLostException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
