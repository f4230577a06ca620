package dev.loramill.clean.version;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.clean.ledger.KeptRows;
import dev.loramill.clean.sampling.KeyedHashSampler;
import dev.loramill.clean.sampling.QuestionDigest;
import dev.loramill.clean.tokens.BaseTokenizer;
import dev.loramill.clean.tokens.TokenLengths;
import dev.loramill.clean.tokens.Truncation;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetManifest;
import dev.loramill.events.FreezeRequest;
import dev.loramill.http.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
@ApplicationScoped
public class VersionWriter {
    /** Chunks have a bound in bytes, so that in one of so many rows rows are short on average. */
    private static final int FEWEST_BESIDE_ONE_ANOTHER = 16;

    private final DataSource dataSource;
    private final ArtifactStore store;
    private final DatasetVersionRepository versions;

    VersionWriter(DataSource dataSource, ArtifactStore store, DatasetVersionRepository versions) {
        this.dataSource = dataSource;
        this.store = store;
        this.versions = versions;
    }

    /**
     * A sampled row that stays.
     *
     * @param length its tokens, after the cut where there was one
     * @param isTruncated whether its answer is cut
     * @param question digest of what it asks, which decides its side of the split
     */
    private record SampledRow(int length, boolean isTruncated, String question) {}

    /** A sampled row and its length as it is; without what stays of it when it is left out. */
    private record MeasuredRow(String digest, int length, @Nullable SampledRow staying) {
        static MeasuredRow of(
                KeptRows.KeptRow row, FreezeRequest request, BaseTokenizer tokenizer) {
            List<ChatMessage> messages = prompted(row.messages(), request);
            int length = tokenizer.length(messages);
            String question = QuestionDigest.of(messages);
            if (length <= request.maxTokens()) {
                return new MeasuredRow(
                        row.digest(), length, new SampledRow(length, false, question));
            }
            SampledRow cut =
                    request.overLength() == FreezeRequest.OverLength.TRUNCATE
                            ? fit(messages, request, tokenizer)
                                    .map(fit ->
                                            new SampledRow(tokenizer.length(fit), true, question))
                                    .orElse(null)
                            : null;
            return new MeasuredRow(row.digest(), length, cut);
        }
    }

    /** What became of the sampled rows. */
    private record Counts(TokenLengths lengths, int overLength, int dropped, int truncated) {}

    /**
     * Freezes the kept rows of a cleaned dataset, in the transaction at hand.
     *
     * @throws RefusedException when rows are too long and must not be, or a side would be empty
     */
    @Transactional(value = Transactional.TxType.MANDATORY, dontRollbackOn = RefusedException.class)
    public DatasetVersion write(
            DatasetCleaned dataset, FreezeRequest request, BaseModel base, BaseTokenizer tokenizer)
            throws SQLException, IOException {
        KeptRows kept = new KeptRows(dataSource, dataset.datasetId());
        List<String> all = kept.digests();
        List<String> sample =
                KeyedHashSampler.sample(
                        all,
                        request.sample() == null ? all.size() : request.sample(),
                        request.seed());
        Map<String, SampledRow> rows = HashMap.newHashMap(sample.size());
        Counts counts = measure(kept, sample, request, tokenizer, rows);
        List<String> staying = sample.stream().filter(rows::containsKey).toList();
        Set<String> heldOut =
                KeyedHashSampler.heldOut(
                        rows.values().stream().map(SampledRow::question).toList(),
                        request.evalFraction(),
                        request.seed());
        requireBothSides(dataset, request, rows, heldOut);
        CommonSystemPrompt systemPrompt = new CommonSystemPrompt();
        try (RowFileWriter train = new RowFileWriter(store);
                RowFileWriter eval = new RowFileWriter(store)) {
            kept.<IOException>forEach(
                    staying,
                    row -> {
                        SampledRow sampled = rows.get(row.digest());
                        if (sampled == null) {
                            throw new IllegalStateException("a row was never measured");
                        }
                        List<ChatMessage> messages = prompted(row.messages(), request);
                        List<ChatMessage> fitting =
                                sampled.isTruncated
                                        ? fit(messages, request, tokenizer).orElseThrow()
                                        : messages;
                        systemPrompt.add(fitting);
                        (heldOut.contains(sampled.question) ? eval : train)
                                .add(row.digest(), fitting, sampled.length);
                    });
            DatasetManifest manifest =
                    new DatasetManifest(
                            DatasetManifest.FORMAT,
                            null,
                            dataset.recipe(),
                            new DatasetManifest.Rows(
                                    dataset.counts().received(),
                                    dataset.counts().kept(),
                                    dataset.counts().rejected(),
                                    dataset.counts().duplicate(),
                                    sample.size(),
                                    counts.overLength,
                                    counts.dropped,
                                    counts.truncated),
                            request.sample(),
                            request.seed(),
                            request.evalFraction(),
                            "question",
                            request.maxTokens(),
                            request.overLength(),
                            systemPrompt.text(),
                            new DatasetManifest.Base(base.id(), base.sha256()),
                            tokenizer.contract(),
                            counts.lengths.summary(),
                            train.commit(),
                            eval.commit());
            StoredArtifact stored = store.put(new ByteArrayInputStream(manifest.bytes()));
            DatasetVersion version =
                    new DatasetVersion(
                            stored.sha256(),
                            dataset.datasetId(),
                            stored.sizeBytes(),
                            base.id(),
                            manifest.train().rows(),
                            manifest.eval().rows(),
                            manifest.train().artifact().sha256(),
                            manifest.eval().artifact().sha256(),
                            Instant.now());
            versions.keep(version);
            return version;
        }
    }

    private static Counts measure(
            KeptRows kept,
            List<String> sample,
            FreezeRequest request,
            BaseTokenizer tokenizer,
            Map<String, SampledRow> rows)
            throws SQLException {
        TokenLengths lengths = new TokenLengths();
        int[] overLength = new int[1];
        int[] truncated = new int[1];
        kept.<SQLException>forEachChunk(
                sample,
                chunk -> {
                    // Rendering and tokenizing take nearly all the time of freezing.
                    // Beside one another only where that takes little memory.
                    boolean isShort = chunk.size() >= FEWEST_BESIDE_ONE_ANOTHER;
                    List<MeasuredRow> measured =
                            (isShort ? chunk.parallelStream() : chunk.stream())
                                    .map(row -> MeasuredRow.of(row, request, tokenizer))
                                    .toList();
                    for (MeasuredRow row : measured) {
                        lengths.add(row.length);
                        if (row.length > request.maxTokens()) {
                            overLength[0]++;
                        }
                        if (row.staying != null) {
                            truncated[0] += row.staying.isTruncated ? 1 : 0;
                            rows.put(row.digest, row.staying);
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
        return new Counts(lengths, overLength[0], overLength[0] - truncated[0], truncated[0]);
    }

    private static void requireBothSides(
            DatasetCleaned dataset,
            FreezeRequest request,
            Map<String, SampledRow> rows,
            Set<String> heldOut) {
        if (rows.isEmpty()) {
            throw RefusedException.invalid(
                    "empty_dataset",
                    "dataset",
                    "no row of dataset \"%s\" is left: %d kept, none within %d tokens; look at the ledger for what was refused"
                            .formatted(
                                    dataset.datasetId(),
                                    dataset.counts().kept(),
                                    request.maxTokens()));
        }
        boolean isAllHeldOut =
                rows.values().stream().allMatch(row -> heldOut.contains(row.question));
        if (isAllHeldOut) {
            throw RefusedException.invalid(
                    "empty_split",
                    "eval_fraction",
                    "%d rows with eval_fraction %s and seed %d leave no row to train on; rows with the same question stay together"
                            .formatted(rows.size(), request.evalFraction(), request.seed()));
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
