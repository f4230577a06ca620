package dev.loramill.clean.version;

import dev.loramill.events.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the system prompt that all rows of a version begin with, if they do. */
final class CommonSystemPrompt {
    private boolean isFirst = true;
    private @Nullable String common;

    /** Takes a row into account. */
    void add(List<ChatMessage> messages) {
        ChatMessage opening = messages.getFirst();
        String prompt = opening.role().equals("system") ? opening.content() : null;
        if (isFirst) {
            common = prompt;
            isFirst = false;
        } else if (common != null && !common.equals(prompt)) {
            common = null;
        }
    }

    /** The prompt; null when rows differ or have none. */
    @Nullable String text() {
        return common;
    }
}
