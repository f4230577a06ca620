package dev.loramill.ingest;

import dev.loramill.stack.ApiDocument;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ApiDocumentIT {
    @Test
    void theCommittedDocumentTellsTheRoutes() throws IOException {
        ApiDocument.assertCommitted("ingest");
    }
}
