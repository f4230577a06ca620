package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The messages of a row that a rule acts on. */
public enum Field {
    /** Messages of the user. */
    @JsonProperty("user")
    USER,
    /** Messages of the assistant. */
    @JsonProperty("assistant")
    ASSISTANT,
    /** Messages of the system. */
    @JsonProperty("system")
    SYSTEM,
    /** Messages of user and assistant, not those of the system. */
    @JsonProperty("conversation")
    CONVERSATION,
    /** All messages. */
    @JsonProperty("all")
    ALL;

    /** Whether messages of a role are meant. */
    public boolean covers(String role) {
        return switch (this) {
            case USER -> role.equals("user");
            case ASSISTANT -> role.equals("assistant");
            case SYSTEM -> role.equals("system");
            case CONVERSATION -> !role.equals("system");
            case ALL -> true;
        };
    }

    /** Name in documents and in reasons, such as {@code assistant}. */
    public String label() {
        return switch (this) {
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case SYSTEM -> "system";
            case CONVERSATION -> "conversation";
            case ALL -> "all";
        };
    }
}
