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
    /** Characters before the {@code @} of a mail address, at most. */
    private static final int LONGEST_LOCAL = 64;

    /** Characters behind the {@code @} of a mail address, at most. */
    private static final int LONGEST_DOMAIN = 190 + 1 + 24;

    Redact {
        RuleIds.check(id, field, examples);
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

    private String redact(String text, StepBudget budget) {
        String result = text;
        for (Kind kind : EnumSet.copyOf(kinds)) {
            result = kind == Kind.EMAIL ? redactMail(result, budget) : redact(result, kind, budget);
        }
        return result;
    }

    private static String redact(String text, Kind kind, StepBudget budget) {
        SearchPattern.Search search = kind.pattern.in(text, budget);
        BoundedText result = new BoundedText(text, budget);
        while (search.find()) {
            result.keep(search.start());
            result.put(kind.mark, search.end());
        }
        return result.end();
    }

    /**
     * Looks from each {@code @} to both sides, which comes to the same as the pattern from left to
     * right, and reads no character of a long word again for each of its beginnings.
     */
    private static String redactMail(String text, StepBudget budget) {
        BoundedText result = new BoundedText(text, budget);
        int free = 0;
        for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
            int start = at;
            while (start > free && at - start < LONGEST_LOCAL && isLocal(text.charAt(start - 1))) {
                start--;
            }
            budget.spend(at - start + 1L);
            if (start == at) {
                continue;
            }
            int most = Math.min(text.length(), at + 1 + LONGEST_DOMAIN);
            SearchPattern.Search domain = Kind.EMAIL.pattern.in(text, at + 1, most, budget);
            if (domain.lookingAt()) {
                free = at + 1 + domain.end();
                result.keep(start);
                result.put(Kind.EMAIL.mark, free);
            }
        }
        return result.end();
    }

    private static boolean isLocal(char character) {
        return character >= 'A' && character <= 'Z'
                || character >= 'a' && character <= 'z'
                || character >= '0' && character <= '9'
                || "._%+-".indexOf(character) >= 0;
    }

    /** What can be redacted. */
    enum Kind {
        /** Mail addresses; becomes {@code [email]}. */
        @JsonProperty("email")
        EMAIL("[email]", "[A-Za-z0-9.-]{1,190}\\.[A-Za-z]{2,24}", "@"),
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
        private final SearchPattern pattern;
        private final List<String> triggers;

        Kind(String mark, String pattern, String... triggers) {
            this.mark = mark;
            this.pattern = new SearchPattern(Pattern.compile(pattern));
            this.triggers = List.of(triggers);
        }
    }
}
