package dev.loramill.artifacts;

import dev.loramill.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;

/** Program that begins an artifact, says so and never ends it. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ParentWatch.start();
        ArtifactWriter writer = new LocalArtifactStore(Path.of(args[0])).create();
        writer.write(new byte[1 << 20]);
        writer.flush();
        System.out.println("written");
        System.out.flush();
        Thread.currentThread().join();
    }
}
