package dev.loramill.trainer.job;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.DatasetManifest;
import dev.loramill.trainer.storage.FileDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A frozen dataset version by its manifest: gives a job its rows, limit, over-length policy and
 * contract, where the job itself does not.
 *
 * <p>The rows lie beside the manifest as {@code train.jsonl} and {@code eval.jsonl}, or, where the
 * manifest lies in an artifact store, in the same store. Their digests are checked.
 *
 * @param manifest what the version is
 * @param train file of rows to train on
 * @param eval file of rows held out
 */
record FrozenDataset(DatasetManifest manifest, Path train, Path eval) {
    /**
     * Opens a version.
     *
     * @param path its manifest
     * @param faults takes what is wrong
     * @return empty if there is no manifest
     */
    static Optional<FrozenDataset> open(Path path, List<String> faults) throws IOException {
        if (!Files.isRegularFile(path)) {
            faults.add(
                    "dataset must be the path of a frozen version's manifest, got \"" + path + '"');
            return Optional.empty();
        }
        DatasetManifest manifest;
        try {
            manifest = DatasetManifest.read(Files.readAllBytes(path));
        } catch (IllegalArgumentException e) {
            faults.add(
                    "dataset must be the path of a frozen version's manifest, got \""
                            + path
                            + "\": "
                            + e.getMessage());
            return Optional.empty();
        }
        return Optional.of(
                new FrozenDataset(
                        manifest,
                        rows(path, "train", manifest.train().artifact().sha256(), faults),
                        rows(path, "eval", manifest.eval().artifact().sha256(), faults)));
    }

    private static Path rows(Path manifest, String part, String digest, List<String> faults)
            throws IOException {
        Path beside = manifest.resolveSibling(part + ".jsonl");
        Path rows =
                Files.isRegularFile(beside)
                        ? beside
                        : LocalArtifactStore.neighbour(manifest, digest).orElse(beside);
        if (!Files.isRegularFile(rows)) {
            faults.add(
                    "dataset \""
                            + manifest
                            + "\" needs its rows beside it as \""
                            + beside.getFileName()
                            + '"');
        } else if (!FileDigest.of(rows).equals(digest)) {
            faults.add(
                    part
                            + " \""
                            + rows
                            + "\" must have the digest that the dataset's manifest says, "
                            + digest
                            + ", has "
                            + FileDigest.of(rows));
        }
        return rows;
    }
}
