package dev.loramill.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalArtifactStoreTest {
    private static final String ABC_SHA256 =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir Path directory;
    private LocalArtifactStore store;

    @BeforeEach
    void openStore() {
        store = new LocalArtifactStore(directory.resolve("store"));
    }

    @Test
    void namesContentByItsSha256() throws IOException {
        StoredArtifact artifact = store.put(stream("abc"));

        assertThat(artifact).isEqualTo(new StoredArtifact(ABC_SHA256, 3));
        assertThat(store.contains(ABC_SHA256)).isTrue();
        assertThat(store.sizeBytes(ABC_SHA256)).isEqualTo(3);
        assertThat(read(ABC_SHA256)).isEqualTo("abc");
        assertThat(store.localPath(ABC_SHA256))
                .isEqualTo(directory.resolve("store/sha256/ba/" + ABC_SHA256))
                .hasContent("abc");
    }

    @Test
    void theNeighbourOfAnArtifactLiesInTheSameStore() throws IOException {
        store.put(stream("abc"));
        Path other = store.localPath(store.put(stream("other")).sha256());

        assertThat(LocalArtifactStore.neighbour(other, ABC_SHA256))
                .contains(store.localPath(ABC_SHA256));
        Path elsewhere = directory.resolve("elsewhere").resolve(ABC_SHA256);
        assertThat(LocalArtifactStore.neighbour(elsewhere, ABC_SHA256)).isEmpty();
        assertThat(LocalArtifactStore.neighbour(Path.of("rows.jsonl"), ABC_SHA256)).isEmpty();
    }

    @Test
    void storingTheSameContentAgainChangesNothing() throws IOException {
        store.put(stream("abc"));
        FileTime modified = Files.getLastModifiedTime(store.localPath(ABC_SHA256));

        assertThat(store.put(stream("abc"))).isEqualTo(new StoredArtifact(ABC_SHA256, 3));
        assertThat(Files.getLastModifiedTime(store.localPath(ABC_SHA256))).isEqualTo(modified);
        assertThat(files()).hasSize(1);
    }

    @Test
    void storesContentLargerThanItsBuffers() throws IOException {
        byte[] content = new byte[3 * Digests.BUFFER_BYTES + 17];
        new Random(1).nextBytes(content);
        StoredArtifact artifact;
        try (ArtifactWriter writer = store.create()) {
            writer.write(content, 0, 10);
            writer.write(content[10]);
            writer.write(content, 11, content.length - 11);
            artifact = writer.commit();
        }

        try (InputStream in = store.open(artifact.sha256())) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        assertThat(artifact.sizeBytes()).isEqualTo(content.length);
    }

    @Test
    void storesAFileAndOutlivesIt() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "abc");

        assertThat(store.putFile(file)).isEqualTo(new StoredArtifact(ABC_SHA256, 3));
        assertThat(store.putFile(file)).isEqualTo(new StoredArtifact(ABC_SHA256, 3));
        Files.delete(file);

        assertThat(read(ABC_SHA256)).isEqualTo("abc");
    }

    @Test
    void aWriterClosedWithoutCommitLeavesNothing() throws IOException {
        try (ArtifactWriter writer = store.create()) {
            writer.write("abc".getBytes(StandardCharsets.UTF_8));
            writer.flush();
        }

        assertThat(store.contains(ABC_SHA256)).isFalse();
        assertThat(files()).isEmpty();
    }

    @Test
    void aStreamThatFailsHalfwayLeavesNothing() throws IOException {
        InputStream failing =
                new InputStream() {
                    private int count;

                    @Override
                    public int read() throws IOException {
                        if (count++ == 2) {
                            throw new IOException("the connection was lost");
                        }
                        return 'a';
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        buffer[offset] = (byte) read();
                        return 1;
                    }
                };

        assertThatThrownBy(() -> store.put(failing)).hasMessage("the connection was lost");
        assertThat(files()).isEmpty();
    }

    @Test
    void aCommittedWriterRefusesMore() throws IOException {
        try (ArtifactWriter writer = store.create()) {
            writer.commit();

            assertThatThrownBy(() -> writer.write(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this ArtifactWriter is closed");
            assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aCorruptFileIsFoundByReadingItToItsEnd() throws IOException {
        store.put(stream("abc"));
        damage(ABC_SHA256, "abd");

        assertThatThrownBy(() -> read(ABC_SHA256))
                .isInstanceOf(CorruptArtifactException.class)
                .hasMessageContaining(ABC_SHA256);
    }

    @Test
    void aTruncatedFileIsFoundByReadingItToItsEnd() throws IOException {
        store.put(stream("abc"));
        damage(ABC_SHA256, "ab");

        assertThatThrownBy(() -> read(ABC_SHA256)).isInstanceOf(CorruptArtifactException.class);
    }

    @Test
    void aFileThatChangedAfterItWasVerifiedIsVerifiedAnew() throws IOException {
        store.put(stream("abc"));
        store.localPath(ABC_SHA256);
        damage(ABC_SHA256, "abd");

        assertThatThrownBy(() -> store.localPath(ABC_SHA256))
                .isInstanceOf(CorruptArtifactException.class);
    }

    @Test
    void storingACorruptArtifactAgainHealsIt() throws IOException {
        store.put(stream("abc"));
        damage(ABC_SHA256, "abd");

        store.put(stream("abc"));
        assertThat(read(ABC_SHA256)).isEqualTo("abc");

        damage(ABC_SHA256, "abe");
        store.putFile(Files.writeString(directory.resolve("file"), "abc"));
        assertThat(read(ABC_SHA256)).isEqualTo("abc");
    }

    @Test
    void aMissingArtifactIsNamed() {
        assertThatThrownBy(() -> store.open(ABC_SHA256))
                .isInstanceOf(MissingArtifactException.class)
                .hasMessageContaining(ABC_SHA256);
        assertThatThrownBy(() -> store.localPath(ABC_SHA256))
                .isInstanceOf(MissingArtifactException.class);
        assertThatThrownBy(() -> store.sizeBytes(ABC_SHA256))
                .isInstanceOf(MissingArtifactException.class);
        assertThat(store.contains(ABC_SHA256)).isFalse();
    }

    @Test
    void aNameThatIsNoDigestNeverReachesTheDisk() {
        assertThatThrownBy(() -> store.open("../" + "a".repeat(61)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64 lower-case hex digits");
        assertThatThrownBy(() -> store.contains(ABC_SHA256.toUpperCase(Locale.ROOT)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyThreadsStoreTheSameContentOnce() throws Exception {
        byte[] content = new byte[1 << 20];
        new Random(2).nextBytes(content);
        Path file = Files.write(directory.resolve("file"), content);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<StoredArtifact>> stored = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                boolean isFile = i % 2 == 0;
                stored.add(
                        threads.submit(() -> {
                            start.await();
                            return isFile
                                    ? store.putFile(file)
                                    : store.put(new ByteArrayInputStream(content));
                        }));
            }
            start.countDown();
            for (Future<StoredArtifact> artifact : stored) {
                assertThat(artifact.get()).isEqualTo(stored.getFirst().get());
            }
        }

        assertThat(files()).hasSize(1);
        try (InputStream in = store.open(stored.getFirst().get().sha256())) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void aSecondStoreLeavesTheWritersOfTheFirstAlone() throws IOException {
        try (ArtifactWriter writer = store.create()) {
            writer.write("abc".getBytes(StandardCharsets.UTF_8));
            writer.flush();
            new TemporaryFiles(directory.resolve("store/tmp"))
                    .sweep(Instant.now().plus(Duration.ofHours(1)));

            assertThat(writer.commit().sha256()).isEqualTo(ABC_SHA256);
        }
        assertThat(read(ABC_SHA256)).isEqualTo("abc");
    }

    private String read(String sha256) throws IOException {
        try (InputStream in = store.open(sha256)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void damage(String sha256, String content) throws IOException {
        Path file = directory.resolve("store/sha256/" + sha256.substring(0, 2)).resolve(sha256);
        Files.delete(file);
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("store"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static InputStream stream(String content) {
        return new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
    }
}
