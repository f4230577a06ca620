package dev.loramill.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {
    @Test
    void theDocumentSaysWhatTheCodeSays() throws IOException {
        assertThat(Files.readString(ConfigurationDocument.FILE))
                .as("run ConfigurationDocument.main after a change of a key")
                .isEqualTo(ConfigurationDocument.text());
    }
}
