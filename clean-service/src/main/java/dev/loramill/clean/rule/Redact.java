package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Puts a mark in the place of what names or reaches a person.
 *
 * @param id name of the rule
 * @param field messages that it acts on
 * @param kinds what is redacted, at least one
 * @param examples what it changes and what it leaves alone
 */
record Redact(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) Field field,
        @JsonProperty(required = true) List<Kind> kinds,
        @JsonProperty(required = true) RewriteExamples examples)
        implements RewriteRule {
    Redact {
        RuleIds.check(id);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"kinds\" must hold at least one of email, url, phone, got none");
        }
        kinds = List.copyOf(kinds);
    }

    @Override
    public Phase phase() {
        return Phase.SUBSTITUTE;
    }

    @Override
    public TextRewrite compile() {
        Set<String> triggers =
                kinds.contains(Kind.PHONE)
                        ? Set.of()
                        : kinds.stream()
                                .flatMap(kind -> kind.triggers.stream())
                                .collect(java.util.stream.Collectors.toUnmodifiableSet());
        return new TextRewrite(triggers, this::redact);
    }

    private String redact(String text) {
        String result = text;
        for (Kind kind : EnumSet.copyOf(kinds)) {
            result = kind.pattern.matcher(new BudgetedText(result)).replaceAll(kind.mark);
        }
        return result;
    }

    /** What can be redacted. */
    enum Kind {
        /** Mail addresses; becomes {@code [email]}. */
        @JsonProperty("email")
        EMAIL("[email]", "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\\.[A-Za-z]{2,24}", "@"),
        /** Web addresses; becomes {@code [url]}. */
        @JsonProperty("url")
        URL(
                "[url]",
                "(?i)\\b(?:https?://|www\\.)[^\\s<>\"')\\]]{1,2000}(?<![.,;:!?])",
                "http",
                "www."),
        /** Phone numbers of 8 to 15 digits in at least two groups; becomes {@code [phone]}. */
        @JsonProperty("phone")
        PHONE(
                "[phone]",
                "(?<![\\w.])\\(?\\+?(?=(?:[ ().-]{0,2}\\d){8,15}(?!\\d))\\d{1,4}"
                        + "(?:[ ().-]{1,2}\\d{2,5}){2,5}(?!\\w)");

        private final String mark;
        private final Pattern pattern;
        private final List<String> triggers;

        Kind(String mark, String pattern, String... triggers) {
            this.mark = mark;
            this.pattern = Pattern.compile(pattern);
            this.triggers = List.of(triggers);
        }
    }
}
