package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** Whether a sentence is one that a rule drops. */
final class SentenceMatch {
    private final SearchPattern pattern;
    private final int maxWords;

    SentenceMatch(Phrases phrases, @Nullable Where where, @Nullable Integer maxWords) {
        String opening = "\\A[\\s\\p{Punct}“‘]*";
        String closing = "[\\s\\p{Punct}”’…]*\\z";
        this.pattern =
                switch (where == null ? Where.ANYWHERE : where) {
                    case START -> phrases.compile(opening, "");
                    case WHOLE -> phrases.compile(opening, closing);
                    case ANYWHERE -> phrases.compile("", "");
                };
        if (maxWords != null && maxWords < 1) {
            throw new IllegalArgumentException("max_words must be >= 1, got " + maxWords);
        }
        this.maxWords = maxWords == null ? Integer.MAX_VALUE : maxWords;
    }

    /** Whether a rule drops a sentence. */
    boolean test(String sentence, StepBudget budget) {
        return pattern.in(sentence, budget).find() && Words.count(sentence) <= maxWords;
    }

    /** Where in a sentence a phrase has to stand. */
    enum Where {
        /** At its beginning. */
        @JsonProperty("start")
        START,
        /** Anywhere in it. */
        @JsonProperty("anywhere")
        ANYWHERE,
        /** From its beginning to its end. */
        @JsonProperty("whole")
        WHOLE
    }
}
