package dev.loramill.clean.version;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.ArtifactWriter;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.DatasetManifest;
import dev.loramill.events.EventJson;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Rows as JSON lines, on their way into the artifact store. */
final class RowFileWriter implements AutoCloseable {
    private final ArtifactWriter writer;
    private final OutputStream out;
    private long rows;
    private long tokens;

    RowFileWriter(ArtifactStore store) throws IOException {
        this.writer = store.create();
        this.out = new BufferedOutputStream(writer, 1 << 16);
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

    /** Ends the file; says where it lies and what is in it. */
    DatasetManifest.RowFile commit() throws IOException {
        out.flush();
        StoredArtifact stored = writer.commit();
        return new DatasetManifest.RowFile(
                new ArtifactReference(stored.sha256(), stored.sizeBytes()), rows, tokens);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
