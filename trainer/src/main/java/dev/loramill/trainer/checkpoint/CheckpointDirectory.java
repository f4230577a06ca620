package dev.loramill.trainer.checkpoint;

import dev.loramill.trainer.storage.Safetensors.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the newest checkpoints of a run, one file each. */
public final class CheckpointDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);
    private static final Pattern NAME = Pattern.compile("checkpoint-\\d{8}\\.safetensors");

    private final Path directory;
    private final int keep;

    /**
     * Names the directory; it is made when the first checkpoint is written.
     *
     * @param keep newest checkpoints that stay
     */
    public CheckpointDirectory(Path directory, int keep) {
        this.directory = directory;
        this.keep = keep;
    }

    /** Writes a checkpoint, then deletes those that are too many; returns where it lies. */
    public Path write(TrainingState state, Map<String, Floats> tensors) throws IOException {
        Path path = directory.resolve("checkpoint-%08d.safetensors".formatted(state.step()));
        Checkpoint.write(path, state, tensors);
        List<Path> all = newestFirst();
        for (Path old : all.subList(Math.min(keep, all.size()), all.size())) {
            Files.deleteIfExists(old);
        }
        return path;
    }

    /**
     * The newest checkpoint that is sound, if there is one; damaged ones are passed over with a
     * warning.
     */
    public Optional<Checkpoint.Loaded> newest(Arena arena) throws IOException {
        for (Path path : newestFirst()) {
            try {
                return Optional.of(Checkpoint.read(path, arena));
            } catch (IOException e) {
                LOG.atWarn()
                        .addKeyValue("path", path)
                        .addKeyValue("reason", e.getMessage())
                        .log("Checkpoint passed over");
            }
        }
        return Optional.empty();
    }

    private List<Path> newestFirst() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found =
                    new ArrayList<>(
                            files.filter(file ->
                                            NAME.matcher(String.valueOf(file.getFileName()))
                                                    .matches())
                                    .toList());
            found.sort(
                    Comparator.comparing((Path file) -> String.valueOf(file.getFileName()))
                            .reversed());
            return found;
        }
    }
}
