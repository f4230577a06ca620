package dev.loramill.clean.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.stack.ServiceStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The packaged service, and a tiny base in its catalogue. */
public final class CleanStack extends ServiceStack {
    /** Id of the tiny base in the catalogue. */
    public static final String BASE = "tiny";

    private CleanStack() throws IOException {
        super("clean");
    }

    static CleanStack start() throws IOException {
        CleanStack stack = new CleanStack();
        Path catalogue = stack.scratch().resolve("bases.json");
        Path base = TinyLlama.standard().write(stack.scratch().resolve("tiny.gguf"));
        StoredArtifact stored = new LocalArtifactStore(stack.artifacts()).putFile(base);
        BaseCatalogue.add(
                catalogue,
                new BaseModel(
                        BASE, stored.sha256(), stored.sizeBytes(), "llama", "F16", "x", "made"));
        stack.launch(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector"),
                Map.of(
                        "LORAMILL_BASES_CATALOGUE",
                        catalogue.toString(),
                        "LORAMILL_CLEAN_STATE_DIRECTORY",
                        stack.state().toString()));
        return stack;
    }

    /** Deletes the state stores of a service that is down. */
    public void deleteState() throws IOException {
        deleteTree(state());
    }

    private Path state() {
        return scratch().resolve("state");
    }

    /** Waits until a dataset is cleaned; returns its ledger. */
    public JsonNode awaitCleaned(String dataset) {
        return await().atMost(PATIENCE)
                .until(
                        () -> ledgerOrEmpty(dataset),
                        body -> body.path("state").asText().equals("cleaned"));
    }

    private JsonNode ledgerOrEmpty(String dataset) {
        try {
            return get("/v1/ledgers/" + dataset).json();
        } catch (UncheckedIOException e) {
            return MissingNode.getInstance();
        }
    }
}
