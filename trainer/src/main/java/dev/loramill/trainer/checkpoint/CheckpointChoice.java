package dev.loramill.trainer.checkpoint;

import dev.loramill.trainer.job.InvalidJobException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which checkpoint a run goes on from. */
public final class CheckpointChoice {
    private CheckpointChoice() {}

    /**
     * The newest sound checkpoint of a run's own and of those that it was asked to go on from.
     *
     * @param own directory of the run's own; need not exist
     * @param asked a checkpoint, or a directory of them
     * @param fingerprint of the job
     * @throws InvalidJobException if the checkpoint belongs to another job, or if there is none
     *     where the run was asked to go on from
     */
    public static Optional<Path> of(Path own, @Nullable Path asked, String fingerprint)
            throws IOException {
        try (Arena reading = Arena.ofShared()) {
            Checkpoint.Loaded newest = newest(own, reading);
            if (asked != null) {
                Checkpoint.Loaded given = given(asked, reading);
                if (newest == null || given.state().step() > newest.state().step()) {
                    newest = given;
                }
            }
            if (newest == null) {
                return Optional.empty();
            }
            requireSameJob(newest, fingerprint);
            return Optional.of(newest.path().toAbsolutePath());
        }
    }

    /**
     * Checks that a checkpoint is one of the job's.
     *
     * @throws InvalidJobException if it is not
     */
    public static void requireSameJob(Checkpoint.Loaded loaded, String fingerprint) {
        if (!loaded.state().fingerprint().equals(fingerprint)) {
            throw new InvalidJobException(
                    "the checkpoint of step "
                            + loaded.state().step()
                            + " belongs to another job (other base, rows or hyper-parameters);"
                            + " choose another output directory");
        }
    }

    private static Checkpoint.Loaded given(Path asked, Arena reading) throws IOException {
        if (Files.isDirectory(asked)) {
            Checkpoint.Loaded newest = newest(asked, reading);
            if (newest == null) {
                throw new InvalidJobException(
                        "resumeFrom \"" + asked + "\" holds no sound checkpoint");
            }
            return newest;
        }
        if (!Files.isRegularFile(asked)) {
            throw new InvalidJobException("resumeFrom \"" + asked + "\" does not exist");
        }
        try {
            return Checkpoint.read(asked, reading);
        } catch (IOException e) {
            throw new InvalidJobException("resumeFrom: " + e.getMessage());
        }
    }

    private static Checkpoint.@Nullable Loaded newest(Path directory, Arena reading)
            throws IOException {
        return new CheckpointDirectory(directory, 1).newest(reading).orElse(null);
    }
}
