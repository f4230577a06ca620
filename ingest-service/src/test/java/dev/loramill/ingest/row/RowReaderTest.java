package dev.loramill.ingest.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.ChatMessage;
import dev.loramill.ingest.source.Line;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowReaderTest {
    private static final int MAX = 1_000;

    @Test
    void alpacaWithInputMakesTheInstructionTheSystemPrompt() {
        assertThat(accepted("{'instruction':'Be brief.','input':'Why?','output':'So.'}"))
                .containsExactly(
                        new ChatMessage("system", "Be brief."),
                        new ChatMessage("user", "Why?"),
                        new ChatMessage("assistant", "So."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'instruction':'Why?','input':'','output':'So.'}",
                "{'instruction':'Why?','input':null,'output':'So.'}",
                "{'instruction':'Why?','output':'So.','extra':[1]}"
            })
    void alpacaWithoutInputMakesTheInstructionTheQuestion(String row) {
        assertThat(accepted(row))
                .containsExactly(
                        new ChatMessage("user", "Why?"), new ChatMessage("assistant", "So."));
    }

    @Test
    void questionAndAnswerBecomeUserAndAssistant() {
        assertThat(accepted("{'question':'Why?','answer':' So. ','source':'x','url':null}"))
                .containsExactly(
                        new ChatMessage("user", "Why?"), new ChatMessage("assistant", " So. "));
    }

    @Test
    void messagesKeepTheirOrderAndDeveloperIsSystem() {
        assertThat(
                        accepted(
                                "{'messages':[{'role':'developer','content':'S'},"
                                        + "{'role':'user','content':[{'type':'text','text':'a'},"
                                        + "{'type':'text','text':'b'}]},"
                                        + "{'role':'assistant','content':'c','weight':1},"
                                        + "{'role':'user','content':''},"
                                        + "{'role':'assistant','content':'d'}]}"))
                .containsExactly(
                        new ChatMessage("system", "S"),
                        new ChatMessage("user", "ab"),
                        new ChatMessage("assistant", "c"),
                        new ChatMessage("user", ""),
                        new ChatMessage("assistant", "d"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'question':'a',                                  | not-json             | is not JSON at character
                    question: a                                       | not-json             | is not JSON
                    {'question':'a','answer':'b'} {}                  | not-json             | is not JSON
                    ['a','b']                                         | not-an-object        | must be a JSON object, got an array
                    'a'                                               | not-an-object        | got a string
                    null                                              | not-an-object        | got null
                    {}                                                | missing-field        | got []
                    {'prompt':'a','completion':'b'}                   | missing-field        | got ["prompt", "completion"]
                    {'question':'','answer':'b'}                      | missing-field        | "question" has no text
                    {'question':null,'answer':'b'}                    | missing-field        | "question" is null
                    {'instruction':' ','input':' ','output':'b'}      | missing-field        | "instruction" has no text
                    {'question':'a','answer':['b']}                   | wrong-type           | "answer" must be a string, got an array
                    {'question':1,'answer':'b'}                       | wrong-type           | "question" must be a string, got a number
                    {'instruction':'a','input':{},'output':'b'}       | wrong-type           | "input" must be a string, got an object
                    {'messages':'a'}                                  | wrong-type           | "messages" must be an array
                    {'messages':['a']}                                | wrong-type           | "messages[0]" must be an object
                    {'messages':[{'role':'assistant','content':1}]}   | wrong-type           | "messages[0].content" must be a string, got a number
                    {'messages':[{'role':'assistant','content':[{'type':'image_url'}]}]} | wrong-type | parts of type "text"
                    {'messages':[{'role':'assistant'}]}               | missing-field        | "messages[0].content" is missing
                    {'messages':[{'content':'a'}]}                    | missing-field        | "messages[0].role" is missing
                    {'question':'a','answer':'  '}                    | empty-answer         | "answer" has no text
                    {'instruction':'a','output':''}                   | empty-answer         | "output" has no text
                    {'messages':[{'role':'assistant','content':''}]}  | empty-answer         | "messages[0].content" has no text
                    {'messages':[{'role':'tool','content':'a'}]}      | unknown-role         | got "tool"
                    {'messages':[{'role':'user','content':'a'}]}      | no-assistant-message | none of the 1 messages
                    {'messages':[]}                                   | no-assistant-message | none of the 0 messages
                    {'messages':[{'role':'assistant','content':'a','weight':0}]} | unsupported-field | "messages[0].weight" is 0
                    {'messages':[{'role':'assistant','content':'a'}],'tools':[{}]} | unsupported-field | "tools" is not supported
                    {'question':'a\\u0000','answer':'b'}              | unstorable-text      | \\u0000 at character 2
                    {'question':'a','answer':'\\ud83d'}               | unstorable-text      | \\ud83d at character 1
                    """)
    void wrongRowIsRefusedByItsRule(String row, String rule, String reason) {
        IntakeOutcome outcome = new RowReader(null, MAX).read(row.replace('\'', '"'));

        assertThat(outcome).isInstanceOf(IntakeOutcome.Refused.class);
        IntakeOutcome.Refused refused = (IntakeOutcome.Refused) outcome;
        assertThat(refused.rule().id()).as(refused.reason()).isEqualTo(rule);
        assertThat(refused.reason()).contains(reason);
    }

    @Test
    void readerOfOneFormatRefusesRowsOfOthers() {
        IntakeOutcome outcome =
                new RowReader(RowFormat.ALPACA, MAX).read("{\"question\":\"a\",\"answer\":\"b\"}");

        assertThat(outcome)
                .isEqualTo(
                        new IntakeOutcome.Refused(
                                RowRule.MISSING_FIELD, "field \"instruction\" is missing"));
    }

    @Test
    void lineBeyondTheLimitIsRefusedWithBothNumbers() {
        assertThat(new RowReader(null, MAX).read(new Line.TooLong(3, "{", 1_234)))
                .isEqualTo(
                        new IntakeOutcome.Refused(
                                RowRule.ROW_TOO_LONG,
                                "the line has 1,234 bytes, allowed are 1,000"));
    }

    @Test
    void deepNestingIsRefusedAndDoesNotOverflow() {
        IntakeOutcome outcome = new RowReader(null, MAX).read("[".repeat(100_000));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        IntakeOutcome.Refused.class,
                        refused -> assertThat(refused.rule()).isEqualTo(RowRule.NOT_JSON));
    }

    @Test
    void pairsOfSurrogatesAreText() {
        assertThat(accepted("{'question':'\\ud83d\\ude00','answer':'😀'}"))
                .extracting(ChatMessage::content)
                .containsExactly("😀", "😀");
    }

    private static List<ChatMessage> accepted(@Nullable String row) {
        IntakeOutcome outcome =
                new RowReader(null, MAX).read(String.valueOf(row).replace('\'', '"'));
        assertThat(outcome).isInstanceOf(IntakeOutcome.Accepted.class);
        return ((IntakeOutcome.Accepted) outcome).messages();
    }
}
