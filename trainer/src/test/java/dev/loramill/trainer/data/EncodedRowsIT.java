package dev.loramill.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.job.TrainingJob.LossOn;
import dev.loramill.trainer.job.TrainingJob.OverLength;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodedRowsIT {
    private static final ChatRow SHORT = row("short", "Why?", "So.");
    private static final ChatRow LONG = row("long", "Why?", "Because of this. ".repeat(20));

    @TempDir private static Path directory;
    private static ChatFormat format;

    @BeforeAll
    static void open() throws IOException {
        format = ChatFormat.open(TinyLlama.standard().write(directory.resolve("base.gguf")));
    }

    @AfterAll
    static void close() {
        format.close();
    }

    private static ChatRow row(String name, String question, String answer) {
        return new ChatRow(
                List.of(ChatMessage.user(question), ChatMessage.assistant(answer)),
                name,
                "rows.jsonl:" + name);
    }

    @Test
    void theAssistantsTurnAndItsEndAreLearntOrEverything() {
        Document assistant = encoded(SHORT, LossOn.ASSISTANT);
        Document all = encoded(SHORT, LossOn.ALL);

        assertThat(all.labelCount()).isEqualTo(all.length() - 1);
        assertThat(assistant.length()).isEqualTo(all.length());
        int first = format.prompt(List.of(ChatMessage.user("Why?"))).length;
        for (int i = 0; i < first; i++) {
            assertThat(assistant.isLabel(i)).as("token %d of the question", i).isFalse();
        }
        assertThat(assistant.isLabel(first)).isTrue();
        int end = first;
        while (assistant.token(end) != format.endOfTurn()) {
            end++;
        }
        assertThat(assistant.isLabel(end)).isTrue();
        assertThat(assistant.labelCount()).isEqualTo(end + 1 - first);
    }

    @Test
    void aRowThatIsTooLongIsAFaultDroppedOrCut() {
        int limit = encoded(SHORT, LossOn.ASSISTANT).length();
        List<ChatRow> rows = List.of(SHORT, LONG);

        assertThatThrownBy(() -> of(rows, limit, OverLength.ERROR))
                .isInstanceOf(InvalidJobException.class)
                .hasMessageContaining("rows.jsonl:long has ")
                .hasMessageContaining("maxLength is " + limit);
        EncodedRows dropped = of(rows, limit, OverLength.DROP);
        assertThat(dropped.documents()).extracting(Document::digest).containsExactly("short");
        assertThat(dropped.droppedCount()).isEqualTo(1);
        EncodedRows cut = of(rows, limit, OverLength.TRUNCATE);
        assertThat(cut.documents()).extracting(Document::length).containsExactly(limit, limit);
        assertThat(cut.truncatedCount()).isEqualTo(1);
        assertThat(cut.droppedCount()).isZero();
    }

    @Test
    void aRowWithNothingToLearnWithinTheLimitIsCountedAndLeftOut() {
        int question = format.prompt(List.of(ChatMessage.user("Why?"))).length;

        assertThatThrownBy(() -> of(List.of(LONG), question, OverLength.TRUNCATE))
                .hasMessageContaining("no row is left of 1")
                .hasMessageContaining("1 have no token to learn");
    }

    private static Document encoded(ChatRow row, LossOn lossOn) {
        return EncodedRows.of(List.of(row), format, 4096, OverLength.ERROR, lossOn)
                .documents()
                .getFirst();
    }

    private static EncodedRows of(List<ChatRow> rows, int maxLength, OverLength overLength) {
        return EncodedRows.of(rows, format, maxLength, overLength, LossOn.ASSISTANT);
    }
}
