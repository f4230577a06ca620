package dev.loramill.serve.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterCopiesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    @Test
    void nobodyElseReadsTheCopiesOrTheirFolder() throws IOException {
        Path folder = Files.createDirectory(root.resolve("copies"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path copy = new AdapterCopies(folder).create();
        assertThat(Files.getPosixFilePermissions(folder))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(copy))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(copy.getParent()).isEqualTo(folder);
    }

    @Test
    void whatDeadProcessesLeftIsDeletedAndWhatOthersUseIsNot() throws Exception {
        Path folder = root.resolve("copies");
        AdapterCopies copies = new AdapterCopies(folder);
        Path ended = copies.create();
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path left = folder.resolve("adapter-%d-1.gguf".formatted(dead.pid()));
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            Path used = folder.resolve("adapter-%d-1.gguf".formatted(other.pid()));
            Path foreign = folder.resolve("adapter-x.gguf");
            for (Path file : java.util.List.of(left, used, foreign)) {
                Files.createFile(file);
            }
            copies.sweep();
            assertThat(ended).doesNotExist();
            assertThat(left).doesNotExist();
            assertThat(used).exists();
            assertThat(foreign).exists();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aLinkThatSomebodyPutThereIsNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Path folder = Files.createSymbolicLink(root.resolve("copies"), elsewhere);
        AdapterCopies copies = new AdapterCopies(folder);
        assertThatThrownBy(copies::create)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no directory");
        copies.sweep();
        assertThat(elsewhere).isEmptyDirectory();
    }
}
