package dev.loramill.local.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Lets one launcher run in a home; ends with its process, however that ends. */
final class LauncherLock implements AutoCloseable {
    private final FileChannel channel;

    private LauncherLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock for this process.
     *
     * @throws LaunchException when another launcher has it
     */
    static LauncherLock acquire(LoramillHome home) throws IOException, LaunchException {
        Files.createDirectories(home.run());
        FileChannel channel =
                FileChannel.open(file(home), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new LaunchException(
                    "Loramill is already running, pid %s; see ./loramill status, end it by ./loramill down"
                            .formatted(Files.readString(file(home)).strip()));
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid())
                                .getBytes(StandardCharsets.UTF_8)));
        return new LauncherLock(channel);
    }

    /** The launcher that runs in a home. */
    static Optional<ProcessHandle> holder(LoramillHome home) throws IOException {
        return KnownProcess.find(file(home), ServiceSpecs.mark(home, "launcher"));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static Path file(LoramillHome home) {
        return home.run().resolve("launcher.lock");
    }
}
