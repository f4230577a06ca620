package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.ArtifactWriter;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventJson;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Rows as JSON lines, on their way into the artifact store. */
final class RowFile implements AutoCloseable {
    private final ArtifactWriter writer;
    private final OutputStream out;
    private long rows;
    private long tokens;

    RowFile(ArtifactStore store) throws IOException {
        this.writer = store.create();
        this.out = new BufferedOutputStream(writer, 1 << 16);
    }

    /**
     * A finished file.
     *
     * @param artifact where it lies
     * @param rows lines
     * @param tokens tokens of all rows together
     */
    record Finished(ArtifactReference artifact, long rows, long tokens) {
        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.set("artifact", EventJson.mapper().valueToTree(artifact));
            return json.put("rows", rows).put("tokens", tokens);
        }
    }

    /**
     * Adds a row.
     *
     * @param digest digest of the cleaned row, which names it in the ledger
     */
    void add(String digest, List<ChatMessage> messages, int length) throws IOException {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.set("messages", EventJson.mapper().valueToTree(messages));
        line.put("digest", digest);
        out.write(EventJson.mapper().writeValueAsBytes(line));
        out.write('\n');
        rows++;
        tokens += length;
    }

    long rows() {
        return rows;
    }

    Finished commit() throws IOException {
        out.flush();
        StoredArtifact stored = writer.commit();
        return new Finished(
                new ArtifactReference(stored.sha256(), stored.sizeBytes()), rows, tokens);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
