package dev.loramill.ingest.upload;

import java.io.IOException;

/** Another thread or replica is publishing the upload at this moment. */
final class UploadBusyException extends IOException {
    private static final long serialVersionUID = 1;

    UploadBusyException(UploadId id) {
        super(
                "\"%s\" of dataset \"%s\" is being published at this moment"
                        .formatted(id.source(), id.datasetId()));
    }
}
