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
import java.util.HashMap;
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
        CleanStack stack = prepare();
        stack.launch();
        return stack;
    }

    /** Everything but the service, whose database is empty. */
    public static CleanStack prepare() throws IOException {
        return new CleanStack();
    }

    /** Starts the service for the first time and waits until it is ready. */
    public void launch() throws IOException {
        Path catalogue = scratch().resolve("bases.json");
        addBase(catalogue, artifacts(), scratch());
        launch(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector"),
                Map.of(
                        "LORAMILL_BASES_CATALOGUE",
                        catalogue.toString(),
                        "LORAMILL_CLEAN_STATE_DIRECTORY",
                        state().toString()));
    }

    /**
     * Starts another process of the service; does not wait until it is ready.
     *
     * @param port its HTTP port
     * @param configuration what is not as for the first one
     */
    public void launchAnother(int port, Map<String, String> configuration) throws IOException {
        Map<String, String> environment = new HashMap<>(configuration);
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("LORAMILL_CLEAN_STATE_DIRECTORY", scratch().resolve("another").toString());
        launchBeside("another", environment);
    }

    /** Puts the tiny base into a catalogue and a store. */
    static void addBase(Path catalogue, Path artifacts, Path scratch) throws IOException {
        Path base = TinyLlama.standard().write(scratch.resolve("tiny.gguf"));
        StoredArtifact stored = new LocalArtifactStore(artifacts).putFile(base);
        BaseCatalogue.add(
                catalogue,
                new BaseModel(
                        BASE, stored.sha256(), stored.sizeBytes(), "llama", "F16", "x", "made"));
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
