package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** The first half of the demo: rows in, a frozen dataset version out. */
final class CleaningSteps {
    private static final Duration POLL = Duration.ofMillis(300);

    private final DemoOptions options;
    private final ServiceClient ingest;
    private final ServiceClient clean;
    private final Terminal terminal;

    CleaningSteps(DemoOptions options, Terminal terminal) {
        this.options = options;
        this.ingest = new ServiceClient("ingest", options.ingest());
        this.clean = new ServiceClient("clean", options.clean());
        this.terminal = terminal;
    }

    /** Uploads the file; returns its id. */
    String upload() throws DemoFailure, InterruptedException {
        terminal.heading("1/7 Upload  (POST /v1/files)");
        JsonNode file = ingest.upload("/v1/files", options.data());
        terminal.line(
                "%s, %,d bytes -> %s",
                options.fileName(), file.path("bytes").asLong(), file.path("id").asText());
        terminal.line(
                "shape: %s (%s)",
                file.at("/format/name").asText(), file.at("/format/reason").asText());
        return file.path("id").asText();
    }

    /** Opens a dataset on the file and waits until every row has its outcome; returns its id. */
    String clean(String fileId) throws DemoFailure, InterruptedException {
        terminal.heading("2/7 Clean  (recipe \"%s\")".formatted(options.recipe()));
        ObjectNode body = ServiceClient.JSON.createObjectNode();
        body.put("name", options.fileName());
        body.put("recipe", options.recipe());
        body.put("file", fileId);
        String dataset = ingest.post("/v1/datasets", body).path("id").asText();
        JsonNode ledger = awaitCleaned(dataset);
        showLedger(ledger);
        showChangedRow(dataset);
        return dataset;
    }

    private JsonNode awaitCleaned(String dataset) throws DemoFailure, InterruptedException {
        while (true) {
            JsonNode state = ingest.get("/v1/datasets/" + dataset);
            if (state.hasNonNull("error")) {
                throw new DemoFailure(
                        "the file could not be read: " + state.at("/error/message").asText());
            }
            // The ledger begins when the dataset's first event has reached the clean service.
            JsonNode ledger = clean.find("/v1/ledgers/" + dataset).orElse(state);
            terminal.live(
                    ledger.path("state").asText(),
                    "%s: received %,d, kept %,d, rejected %,d, duplicate %,d"
                            .formatted(
                                    ledger.path("state").asText(),
                                    ledger.path("received").asLong(),
                                    ledger.path("kept").asLong(),
                                    ledger.path("rejected").asLong(),
                                    ledger.path("duplicate").asLong()));
            if (ledger.path("state").asText().equals("cleaned")) {
                return ledger;
            }
            Thread.sleep(POLL);
        }
    }

    private void showLedger(JsonNode ledger) throws DemoFailure {
        long received = ledger.path("received").asLong();
        long kept = ledger.path("kept").asLong();
        long rejected = ledger.path("rejected").asLong();
        long duplicate = ledger.path("duplicate").asLong();
        if (received != kept + rejected + duplicate) {
            throw new DemoFailure("the ledger does not balance: " + ledger);
        }
        terminal.line(
                "received %,d = kept %,d + rejected %,d + duplicate %,d",
                received, kept, rejected, duplicate);
        for (JsonNode rule : ledger.path("rules")) {
            terminal.line(
                    "  %,6d  %s (%s)",
                    rule.path("count").asLong(),
                    rule.path("rule").asText(),
                    rule.path("stage").asText().toLowerCase(java.util.Locale.ROOT));
        }
        for (JsonNode rule : ledger.path("changed_by")) {
            terminal.line(
                    "  %,6d  changed by %s",
                    rule.path("count").asLong(), rule.path("rule").asText());
        }
    }

    private void showChangedRow(String dataset) throws DemoFailure, InterruptedException {
        JsonNode rows =
                clean.get("/v1/ledgers/" + dataset + "/rows?outcome=changed&limit=1").path("data");
        if (!rows.isEmpty()) {
            terminal.line("");
            terminal.sideBySide(
                    "answer as it came",
                    lastContent(rows.get(0).path("before")),
                    "answer as it is kept",
                    lastContent(rows.get(0).path("after")));
        }
    }

    private static String lastContent(JsonNode messages) {
        return messages.isEmpty() ? "" : messages.get(messages.size() - 1).path("content").asText();
    }

    /** Freezes a version; returns its digest. */
    String freeze(String dataset) throws DemoFailure, InterruptedException {
        terminal.heading("3/7 Freeze  (sample, split and measure, under one digest)");
        ObjectNode body = ServiceClient.JSON.createObjectNode();
        body.put("base", options.base());
        body.put("sample", options.sample());
        body.put("seed", options.seed());
        body.put("eval_fraction", 0.1);
        body.put("max_tokens", 512);
        JsonNode version = clean.post("/v1/ledgers/" + dataset + "/freeze", body);
        JsonNode tokens = version.at("/manifest/tokenLengths");
        terminal.line("version %s", version.path("version").asText());
        terminal.line(
                "%,d rows to train on, %,d held out",
                version.path("train_rows").asLong(), version.path("eval_rows").asLong());
        if (tokens.isObject()) {
            terminal.line(
                    "tokens a row by the base's own tokenizer: shortest %d, mean %.0f, longest %d",
                    tokens.path("min").asLong(),
                    tokens.path("mean").asDouble(),
                    tokens.path("max").asLong());
        }
        return version.path("version").asText();
    }
}
