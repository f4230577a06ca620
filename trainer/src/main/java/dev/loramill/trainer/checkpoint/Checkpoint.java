package dev.loramill.trainer.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.trainer.storage.FileDigest;
import dev.loramill.trainer.storage.Safetensors;
import dev.loramill.trainer.storage.Safetensors.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a run in one file: adapter, both moments of the optimizer, the best adapter so far,
 * and a digest over all of it.
 */
public final class Checkpoint {
    /** The adapter's parameters. */
    public static final String PARAMETERS = "parameters";

    /** The optimizer's running means of the gradients. */
    public static final String FIRST_MOMENT = "first_moment";

    /** The optimizer's running means of the squared gradients. */
    public static final String SECOND_MOMENT = "second_moment";

    /** The parameters at the lowest evaluation loss, if they are other than the current ones. */
    public static final String BEST = "best";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String FORMAT = "loramill-checkpoint-1";

    private Checkpoint() {}

    /**
     * A checkpoint that was read; the tensors live as long as the arena.
     *
     * @param path where it lies
     */
    public record Loaded(Path path, TrainingState state, Map<String, Floats> tensors) {}

    /** Writes a checkpoint; it appears under its name only when it is complete and on the disk. */
    public static void write(Path path, TrainingState state, Map<String, Floats> tensors)
            throws IOException {
        String json = JSON.writeValueAsString(state);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("state", json);
        metadata.put("sha256", digest(json, tensors));
        Safetensors.write(path, metadata, tensors);
    }

    /**
     * Reads a checkpoint and checks its digest.
     *
     * @throws IOException if it cannot be read, is damaged or is no checkpoint
     */
    public static Loaded read(Path path, Arena arena) throws IOException {
        Safetensors.Contents contents = Safetensors.read(path, arena);
        String json = contents.metadata().get("state");
        if (json == null || !FORMAT.equals(contents.metadata().get("format"))) {
            throw new IOException(
                    "\""
                            + path
                            + "\" must be of format "
                            + FORMAT
                            + ", got "
                            + contents.metadata().get("format"));
        }
        String digest = digest(json, contents.tensors());
        if (!digest.equals(contents.metadata().get("sha256"))) {
            throw new IOException(
                    "checkpoint \""
                            + path
                            + "\" is damaged: its digest is "
                            + digest
                            + ", it says "
                            + contents.metadata().get("sha256"));
        }
        try {
            return new Loaded(path, JSON.readValue(json, TrainingState.class), contents.tensors());
        } catch (JacksonException e) {
            throw new IOException(
                    "checkpoint \""
                            + path
                            + "\" has a state that cannot be read: "
                            + e.getOriginalMessage());
        }
    }

    private static String digest(String state, Map<String, Floats> tensors) {
        MessageDigest digest = FileDigest.sha256();
        digest.update(state.getBytes(StandardCharsets.UTF_8));
        tensors.forEach((name, tensor) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            MemorySegment data = tensor.data();
            for (long at = 0; at < data.byteSize(); at += 1 << 20) {
                long count = Math.min(1 << 20, data.byteSize() - at);
                digest.update(data.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE));
            }
        });
        return FileDigest.hex(digest);
    }
}
