package dev.loramill.trainer.data;

import dev.loramill.llama.jinja.TemplateException;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.TrainingExample;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob.LossOn;
import dev.loramill.trainer.job.TrainingJob.OverLength;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows as documents of tokens.
 *
 * @param documents in the order of the rows
 * @param droppedCount rows left out because they were too long
 * @param truncatedCount rows that lost the tokens after the limit
 * @param unlearntCount rows left out because no token of them is learnt
 */
public record EncodedRows(
        List<Document> documents, int droppedCount, int truncatedCount, int unlearntCount) {

    /** Keeps the documents as they are. */
    public EncodedRows {
        documents = List.copyOf(documents);
    }

    /**
     * Renders and tokenizes rows by the base's own template and tokenizer.
     *
     * @throws InvalidJobException if a row is too long and that is an error, if the template
     *     refuses a row, or if nothing is left
     */
    public static EncodedRows of(
            List<ChatRow> rows,
            ChatFormat format,
            int maxLength,
            OverLength overLength,
            LossOn lossOn) {
        List<Document> documents = new ArrayList<>();
        int dropped = 0;
        int truncated = 0;
        int unlearnt = 0;
        for (ChatRow row : rows) {
            TrainingExample example = example(row, format);
            int length = example.length();
            if (length > maxLength) {
                switch (overLength) {
                    case ERROR ->
                            throw new InvalidJobException(
                                    row.place()
                                            + " has "
                                            + length
                                            + " tokens, maxLength is "
                                            + maxLength
                                            + "; raise it or set overLength to drop or truncate");
                    case DROP -> {
                        dropped++;
                        continue;
                    }
                    case TRUNCATE -> {
                        truncated++;
                        length = maxLength;
                    }
                }
            }
            boolean[] labels = new boolean[length];
            boolean isAnyLearnt = false;
            for (int i = 1; i < length; i++) {
                labels[i] = lossOn == LossOn.ALL || example.isTrained(i);
                isAnyLearnt |= labels[i];
            }
            if (!isAnyLearnt) {
                unlearnt++;
                continue;
            }
            documents.add(
                    new Document(row.digest(), Arrays.copyOf(example.tokens(), length), labels));
        }
        if (documents.isEmpty()) {
            throw new InvalidJobException(
                    "no row is left of "
                            + rows.size()
                            + ": "
                            + dropped
                            + " are longer than maxLength "
                            + maxLength
                            + " and "
                            + unlearnt
                            + " have no token to learn within it");
        }
        return new EncodedRows(documents, dropped, truncated, unlearnt);
    }

    private static TrainingExample example(ChatRow row, ChatFormat format) {
        try {
            return format.example(row.messages());
        } catch (TemplateException e) {
            throw new InvalidJobException(
                    row.place() + ": the base's chat template refuses it: " + e.getMessage());
        }
    }

    /** Tokens of all documents. */
    public long tokenCount() {
        return documents.stream().mapToLong(Document::length).sum();
    }

    /** Tokens of the longest document. */
    public int longest() {
        return documents.stream().mapToInt(Document::length).max().orElse(0);
    }
}
