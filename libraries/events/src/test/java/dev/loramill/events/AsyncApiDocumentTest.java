package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class AsyncApiDocumentTest {
    @Test
    void theDocumentSaysWhatTheCodeSays() throws IOException {
        assertThat(Files.readString(AsyncApiDocument.FILE))
                .as("run AsyncApiDocument.main after a change of an event")
                .isEqualTo(new AsyncApiDocument().text());
    }
}
