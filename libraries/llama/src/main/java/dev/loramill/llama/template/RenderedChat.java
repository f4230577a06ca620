package dev.loramill.llama.template;

import dev.loramill.llama.jinja.Text;
import java.util.List;

/**
 * A chat as text.
 *
 * @param marked the text, in which each character knows whether it came from a message
 * @param answers where the assistant's messages stand, in order
 */
public record RenderedChat(Text marked, List<Answer> answers) {
    /** Takes a copy. */
    public RenderedChat {
        answers = List.copyOf(answers);
    }

    /**
     * What the assistant says in one message: from where generation would begin, to the last
     * character of the message. The end of the turn follows.
     *
     * @param message index of the message
     * @param start index of the first character
     * @param end index after the last character
     */
    public record Answer(int message, int start, int end) {}

    /** The text. */
    public String text() {
        return marked.toString();
    }
}
