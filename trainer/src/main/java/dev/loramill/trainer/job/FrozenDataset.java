package dev.loramill.trainer.job;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.trainer.storage.FileDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frozen dataset version by its manifest: gives a job its rows, limit, over-length policy and
 * contract, where the job itself does not.
 *
 * <p>The rows lie beside the manifest as {@code train.jsonl} and {@code eval.jsonl}, or, where the
 * manifest lies in an artifact store, there under their digests. Their digests are checked.
 */
final class FrozenDataset {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String FIELD = "dataset";

    private FrozenDataset() {}

    /** Replaces the field {@code dataset} of a job by what its manifest says. */
    static void fillIn(ObjectNode job, Path directory, List<String> faults) throws IOException {
        JsonNode named = job.remove(FIELD);
        if (named == null || named.isNull()) {
            return;
        }
        if (job.has("train") || job.has("eval")) {
            faults.add("dataset gives train and eval, so they must be left out");
        }
        Path path = directory.resolve(named.asText());
        JsonNode manifest = read(path);
        if (manifest == null || !manifest.path("train").path("artifact").has("sha256")) {
            faults.add(
                    "dataset must be the path of a frozen version's manifest, got \"" + path + '"');
            // Nothing can be said of rows that are not known.
            job.putArray("train").add(path.toString());
            job.putArray("eval").add(path.toString());
            return;
        }
        for (String part : List.of("train", "eval")) {
            job.putArray(part).add(rows(path, manifest, part, faults).toString());
        }
        if (!job.has("contract") && manifest.has("contract")) {
            job.set("contract", manifest.get("contract"));
        }
        if (!job.has("maxLength") && manifest.path("maxTokens").isInt()) {
            job.set("maxLength", manifest.get("maxTokens"));
        }
        if (!job.has("overLength") && manifest.path("overLength").isTextual()) {
            job.set("overLength", manifest.get("overLength"));
        }
    }

    private static @Nullable JsonNode read(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return null;
        }
        try {
            return JSON.readTree(Files.readAllBytes(path));
        } catch (JacksonException e) {
            return null;
        }
    }

    private static Path rows(Path path, JsonNode manifest, String part, List<String> faults)
            throws IOException {
        String digest = manifest.path(part).path("artifact").path("sha256").asText();
        Path beside = path.resolveSibling(part + ".jsonl");
        Path stored = path.resolveSibling("..").resolve(digest.substring(0, 2)).resolve(digest);
        Path rows = Files.isRegularFile(beside) ? beside : stored.normalize();
        if (!Files.isRegularFile(rows)) {
            faults.add(
                    "dataset \""
                            + path
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
