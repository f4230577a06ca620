package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir Path directory;

    @Test
    void theLastLinesAreThoseAtTheEnd() throws IOException {
        Path log = Files.writeString(directory.resolve("a.log"), "1\n2\n3\n");

        assertThat(LogFile.lastLines(log, 2)).containsExactly("2", "3");
        assertThat(LogFile.lastLines(log, 9)).containsExactly("1", "2", "3");
        assertThat(LogFile.lastLines(log, 4, 9)).containsExactly("3");
        assertThat(LogFile.lastLines(directory.resolve("none.log"), 9)).isEmpty();
    }

    @Test
    void aLargeLogIsSetAside() throws IOException {
        Path log = Files.write(directory.resolve("a.log"), new byte[(10 << 20) + 1]);

        LogFile.prepare(log);

        assertThat(log).isEmptyFile();
        assertThat(directory.resolve("a.log.1")).exists();
    }
}
