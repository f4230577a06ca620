package dev.loramill.llama.template;

import dev.loramill.llama.jinja.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the assistant's messages begin and end in a rendered chat.
 *
 * <p>A message begins where the prompt of the messages before it ends, so that what is trained on
 * is what would be generated. A template that renders earlier turns differently once later ones
 * follow leaves the message's own first character. To render the prompt of each message would cost
 * the square of the chat's length: that is done for the first, the last and the first of each kind,
 * at most {@value #MAX_PROMPTS}; between them a message begins as one of its kind did, if the same
 * text of the template stands before it. Kinds differ by the message that came before, and by
 * whether tools are called.
 *
 * <p>What is found is what the prompts of all messages would say, but for answers without text
 * behind a tool's message or one of which the template writes nothing: of these, only the first are
 * sure to be found.
 */
final class AnswerBorders {
    private static final int FIRST = 4;
    private static final int LAST = 2;
    private static final int MAX_PROMPTS = 10;

    /** Long enough to be the end of a prompt and nothing else; prompts end in tens of signs. */
    private static final int COMPARED_CHARS = 128;

    private final List<ChatMessage> messages;
    private final Text text;
    private final IntFunction<@Nullable Text> prompts;
    private final int[] firsts;
    private final int[] lasts;
    private final int[] nexts;
    private int endBefore;

    /** How prompts ended, as far as the template wrote them, by the kind of the message before. */
    private final Map<String, String> ends = new HashMap<>();

    /** Kinds of messages behind which the last prompt was not how the chat goes on. */
    private final Set<String> unlike = new HashSet<>();

    /** What stood between a prompt and the first character of a message, by the message's kind. */
    private final Map<String, String> betweens = new HashMap<>();

    private final List<RenderedChat.Answer> answers = new ArrayList<>();

    /**
     * Prepares a search.
     *
     * @param prompts renders the prompt of the messages before one; null where the template refuses
     *     them
     */
    AnswerBorders(List<ChatMessage> messages, Text text, IntFunction<@Nullable Text> prompts) {
        this.messages = messages;
        this.text = text;
        this.prompts = prompts;
        this.firsts = new int[messages.size()];
        this.lasts = new int[messages.size()];
        this.nexts = new int[messages.size()];
        Arrays.fill(firsts, -1);
        Arrays.fill(lasts, -1);
        for (Text.Run run : text.runs()) {
            int origin = run.origin();
            if (origin >= 0) {
                firsts[origin] = firsts[origin] < 0 ? run.start() : firsts[origin];
                lasts[origin] = run.end();
            }
        }
        int next = text.length();
        for (int i = messages.size() - 1; i >= 0; i--) {
            nexts[i] = next;
            next = firsts[i] < 0 ? next : firsts[i];
        }
    }

    List<RenderedChat.Answer> find() {
        int total = (int) messages.stream().filter(ChatMessage::isAssistant).count();
        int count = 0;
        int rendered = 0;
        for (int i = 0; i < messages.size(); i++) {
            endBefore = i == 0 ? 0 : Math.max(endBefore, lasts[i - 1]);
            if (!messages.get(i).isAssistant()) {
                continue;
            }
            boolean isAtAnEnd = count < FIRST || count >= total - LAST;
            boolean isNew = !isKnown(i) && rendered < MAX_PROMPTS - LAST;
            count++;
            if (isAtAnEnd || isNew) {
                rendered++;
                render(i);
            } else {
                follow(i);
            }
        }
        return answers;
    }

    private boolean isKnown(int message) {
        String before = kindBefore(message);
        return unlike.contains(before)
                || ends.containsKey(before)
                        && (firsts[message] < 0 || betweens.containsKey(kind(message)));
    }

    private String kind(int message) {
        return kindOf(messages.get(message)) + " after " + kindBefore(message);
    }

    private String kindBefore(int message) {
        return message == 0 ? "nothing" : kindOf(messages.get(message - 1));
    }

    private static String kindOf(ChatMessage message) {
        return message.role() + (message.toolCalls().isEmpty() ? "" : " with calls");
    }

    private void render(int message) {
        Text prompt = prompts.apply(message);
        int first = firsts[message];
        if (prompt != null
                && text.toString().startsWith(prompt.toString())
                && (first < 0 || prompt.length() <= first)) {
            int length = prompt.length();
            answers.add(new RenderedChat.Answer(message, length, Math.max(length, lasts[message])));
            learn(message, prompt);
        } else {
            addOwn(message);
            ends.remove(kindBefore(message));
            unlike.add(kindBefore(message));
        }
    }

    private void learn(int message, Text prompt) {
        // Behind a message without text stands what the template wrote before it, too.
        if (message == 0 || lasts[message - 1] >= 0) {
            ends.put(kindBefore(message), end(prompt));
            unlike.remove(kindBefore(message));
        }
        if (firsts[message] >= 0) {
            betweens.put(
                    kind(message), text.toString().substring(prompt.length(), firsts[message]));
        }
    }

    /** What the template wrote behind all messages. */
    private static String end(Text prompt) {
        List<Text.Run> runs = prompt.runs();
        int start = prompt.length();
        for (int i = runs.size() - 1; i >= 0 && runs.get(i).origin() < 0; i--) {
            start = runs.get(i).start();
        }
        return prompt.toString().substring(Math.max(start, prompt.length() - COMPARED_CHARS));
    }

    private void follow(int message) {
        String end = ends.get(kindBefore(message));
        int start =
                end == null
                        ? -1
                        : firsts[message] < 0 ? startOfEmpty(message, end) : start(message, end);
        if (start < 0) {
            addOwn(message);
        } else {
            answers.add(new RenderedChat.Answer(message, start, Math.max(start, lasts[message])));
        }
    }

    private int start(int message, String end) {
        String between = betweens.get(kind(message));
        if (between == null) {
            return -1;
        }
        int start = firsts[message] - between.length();
        return start >= end.length()
                        && text.toString().startsWith(between, start)
                        && text.toString().startsWith(end, start - end.length())
                ? start
                : -1;
    }

    /**
     * A message without text begins behind the next prompt that ends before the next words of a
     * person.
     */
    private int startOfEmpty(int message, String end) {
        int from = Math.max(endBefore, answers.isEmpty() ? 0 : answers.getLast().end());
        int to = nexts[message];
        int found = from > to ? -1 : text.toString().indexOf(end, from, to);
        return found < 0 ? -1 : found + end.length();
    }

    private void addOwn(int message) {
        if (firsts[message] >= 0) {
            answers.add(new RenderedChat.Answer(message, firsts[message], lasts[message]));
        }
    }
}
