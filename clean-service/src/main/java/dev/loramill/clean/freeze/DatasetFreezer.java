package dev.loramill.clean.freeze;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.clean.json.CanonicalJson;
import dev.loramill.clean.ledger.DatasetLedger;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.RecipeReference;
import dev.loramill.http.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes the files of a version: sample, count tokens, drop or cut, split, write, in this order. Two
 * passes over the sampled rows, so that no more than their digests and lengths are held.
 */
final class DatasetFreezer {
    private final DataSource dataSource;
    private final ArtifactStore store;

    DatasetFreezer(DataSource dataSource, ArtifactStore store) {
        this.dataSource = dataSource;
        this.store = store;
    }

    /** What becomes of a sampled row: its length, and the question that decides its side. */
    private record Fate(int length, boolean isTruncated, String question) {}

    /** A sampled row, its length as it is, and its fate; null when it is left out. */
    private record Measured(String digest, int length, @Nullable Fate fate) {
        static Measured of(KeptRows.KeptRow row, FreezeRequest request, BaseTokenizer tokenizer) {
            List<ChatMessage> messages = prompted(row.messages(), request);
            int length = tokenizer.length(messages);
            String question = HexFormat.of().formatHex(Question.digest(messages));
            if (length <= request.maxTokens()) {
                return new Measured(row.digest(), length, new Fate(length, false, question));
            }
            Fate cut =
                    request.overLength() == FreezeRequest.OverLength.TRUNCATE
                            ? fit(messages, request, tokenizer)
                                    .map(fit -> new Fate(tokenizer.length(fit), true, question))
                                    .orElse(null)
                            : null;
            return new Measured(row.digest(), length, cut);
        }
    }

    /**
     * Freezes the kept rows of a cleaned dataset.
     *
     * @throws RefusedException when rows are too long and must not be, or a side would be empty
     */
    FrozenVersion freeze(
            DatasetLedger ledger,
            RecipeReference recipe,
            FreezeRequest request,
            BaseModel base,
            BaseTokenizer tokenizer)
            throws SQLException, IOException {
        KeptRows kept = new KeptRows(dataSource, ledger.id());
        List<String> all = kept.digests();
        List<String> sample =
                Draw.sample(
                        all,
                        request.sample() == null ? all.size() : request.sample(),
                        request.seed());
        Map<String, Fate> fates = HashMap.newHashMap(sample.size());
        Manifest.Counts counts = measure(kept, sample, request, tokenizer, fates);
        List<String> staying = new ArrayList<>(fates.size());
        for (String digest : sample) {
            if (fates.containsKey(digest)) {
                staying.add(digest);
            }
        }
        Set<String> heldOut =
                Draw.heldOut(
                        fates.values().stream().map(Fate::question).toList(),
                        request.evalFraction(),
                        request.seed());
        requireBothSides(ledger, request, fates, heldOut);
        CommonSystemPrompt systemPrompt = new CommonSystemPrompt();
        try (RowFile train = new RowFile(store);
                RowFile eval = new RowFile(store)) {
            kept.<IOException>forEach(
                    staying,
                    row -> {
                        Fate fate = fates.get(row.digest());
                        if (fate == null) {
                            throw new IllegalStateException("a row has no fate");
                        }
                        List<ChatMessage> messages = prompted(row.messages(), request);
                        List<ChatMessage> fitting =
                                fate.isTruncated
                                        ? fit(messages, request, tokenizer).orElseThrow()
                                        : messages;
                        systemPrompt.add(fitting);
                        (heldOut.contains(fate.question) ? eval : train)
                                .add(row.digest(), fitting, fate.length);
                    });
            RowFile.Finished trainFile = train.commit();
            RowFile.Finished evalFile = eval.commit();
            byte[] manifest =
                    CanonicalJson.write(
                            Manifest.of(
                                    ledger,
                                    recipe,
                                    request,
                                    base,
                                    tokenizer.contract(),
                                    counts,
                                    systemPrompt.text(),
                                    trainFile,
                                    evalFile));
            StoredArtifact stored = store.put(new ByteArrayInputStream(manifest));
            return new FrozenVersion(
                    stored.sha256(),
                    ledger.id(),
                    new ArtifactReference(stored.sha256(), stored.sizeBytes()),
                    base.id(),
                    trainFile.rows(),
                    evalFile.rows(),
                    trainFile.artifact().sha256(),
                    evalFile.artifact().sha256(),
                    Instant.now());
        }
    }

    private static Manifest.Counts measure(
            KeptRows kept,
            List<String> sample,
            FreezeRequest request,
            BaseTokenizer tokenizer,
            Map<String, Fate> fates)
            throws SQLException {
        TokenLengths lengths = new TokenLengths();
        int[] overLength = new int[1];
        int[] truncated = new int[1];
        kept.<SQLException>forEachChunk(
                sample,
                rows -> {
                    // Rendering and tokenizing take nearly all the time of freezing.
                    List<Measured> measured =
                            rows.parallelStream()
                                    .map(row -> Measured.of(row, request, tokenizer))
                                    .toList();
                    for (Measured row : measured) {
                        lengths.add(row.length);
                        if (row.length > request.maxTokens()) {
                            overLength[0]++;
                        }
                        if (row.fate != null) {
                            truncated[0] += row.fate.isTruncated ? 1 : 0;
                            fates.put(row.digest, row.fate);
                        }
                    }
                });
        if (overLength[0] > 0 && request.overLength() == FreezeRequest.OverLength.ERROR) {
            throw RefusedException.invalid(
                    "over_length",
                    "max_tokens",
                    "%d of %d rows have more than %d tokens, the longest %d; raise max_tokens, or set over_length to drop or truncate"
                            .formatted(
                                    overLength[0],
                                    sample.size(),
                                    request.maxTokens(),
                                    lengths.max()));
        }
        return new Manifest.Counts(
                sample.size(), lengths, overLength[0], overLength[0] - truncated[0], truncated[0]);
    }

    private static void requireBothSides(
            DatasetLedger ledger,
            FreezeRequest request,
            Map<String, Fate> fates,
            Set<String> heldOut) {
        if (fates.isEmpty()) {
            throw RefusedException.invalid(
                    "empty_dataset",
                    "dataset",
                    "no row of dataset \"%s\" is left: %d kept, none within %d tokens; look at the ledger for what was refused"
                            .formatted(ledger.id(), ledger.kept(), request.maxTokens()));
        }
        boolean isAllHeldOut =
                fates.values().stream().allMatch(fate -> heldOut.contains(fate.question));
        if (isAllHeldOut) {
            throw RefusedException.invalid(
                    "empty_split",
                    "eval_fraction",
                    "%d rows with eval_fraction %s and seed %d leave no row to train on; rows with the same question stay together"
                            .formatted(fates.size(), request.evalFraction(), request.seed()));
        }
    }

    private static Optional<List<ChatMessage>> fit(
            List<ChatMessage> messages, FreezeRequest request, BaseTokenizer tokenizer) {
        return Truncation.fit(messages, request.maxTokens(), tokenizer::length);
    }

    private static List<ChatMessage> prompted(List<ChatMessage> messages, FreezeRequest request) {
        if (request.systemPrompt() == null) {
            return messages;
        }
        List<ChatMessage> prompted = new ArrayList<>(messages.size() + 1);
        prompted.add(new ChatMessage("system", request.systemPrompt()));
        messages.stream()
                .filter(message -> !message.role().equals("system"))
                .forEach(prompted::add);
        return prompted;
    }
}
