package dev.loramill.ingest.submitted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowEvent;
import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.JsonMutator;
import dev.loramill.fuzzing.Verdict;
import dev.loramill.ingest.row.RowEvents;
import dev.loramill.ingest.row.RowReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Records of submitted rows: without a dataset, or each row becomes an event. */
class SubmissionFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/submissions");
    private static final int MAX_ROW_BYTES = 16 << 10;
    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));
    private static final List<String> WORDS =
            List.of(
                    "dataset",
                    "row",
                    "rows",
                    "messages",
                    "role",
                    "content",
                    "assistant",
                    "question",
                    "answer",
                    "instruction",
                    "output",
                    "ds-1");

    private final RowReader reader = new RowReader(null, MAX_ROW_BYTES);

    @Test
    void recordsNameNoDatasetOrEachRowBecomesAnEvent() {
        List<byte[]> corpus = Corpus.of(CORPUS);
        JsonMutator mutator = new JsonMutator(corpus, WORDS);

        Fuzz.target("submissions")
                .inputs(5_000)
                .allocatesAtMost(length -> 400L * length + (8 << 20))
                .corpus(corpus)
                .corpus(Corpus.found(CORPUS))
                .run(mutator::mutate, this::judge)
                .requireShares(0.2, 0.05);
    }

    private Verdict judge(byte[] body) {
        Submission submission;
        try {
            submission = Submission.read(null, body);
        } catch (UnattributableException e) {
            assertThat(String.valueOf(e.getMessage())).isNotBlank().hasSizeLessThan(1_000);
            return Verdict.REFUSED;
        }
        assertThat(submission.datasetId()).matches("[a-z0-9][a-z0-9-]{0,63}");
        assertThat(submission.rows()).hasSizeBetween(1, Submission.MAX_ROWS);
        int index = 0;
        for (String row : submission.rows()) {
            RowEvent event =
                    RowEvents.of(
                            submission.datasetId(),
                            RECIPE,
                            Submission.origin("topic/0", 7, index++),
                            reader.read(row),
                            row.substring(0, Math.min(row.length(), MAX_ROW_BYTES)));
            EventEnvelope envelope =
                    EventEnvelope.of(URI.create("/loramill/ingest"), Instant.EPOCH, event);
            ProducerRecord<String, byte[]> record = KafkaEvents.record(envelope);
            assertThat(KafkaEvents.read(record.headers(), record.value())).isEqualTo(envelope);
        }
        return Verdict.ACCEPTED;
    }
}
