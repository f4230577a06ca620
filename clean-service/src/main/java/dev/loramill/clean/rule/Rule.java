package dev.loramill.clean.rule;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** One rule of a recipe, as its document states it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = NormalizeSpace.class, name = "normalize-space"),
    @JsonSubTypes.Type(value = StripPrefix.class, name = "strip-prefix"),
    @JsonSubTypes.Type(value = StripSuffix.class, name = "strip-suffix"),
    @JsonSubTypes.Type(value = DropLeadingSentences.class, name = "drop-leading-sentences"),
    @JsonSubTypes.Type(value = DropTrailingSentences.class, name = "drop-trailing-sentences"),
    @JsonSubTypes.Type(value = DropSentences.class, name = "drop-sentences"),
    @JsonSubTypes.Type(value = Replace.class, name = "replace"),
    @JsonSubTypes.Type(value = Redact.class, name = "redact"),
    @JsonSubTypes.Type(value = RejectIf.class, name = "reject-if"),
    @JsonSubTypes.Type(value = LengthBounds.class, name = "length-bounds")
})
public sealed interface Rule permits RewriteRule, RejectIf, LengthBounds {
    /** Name of the rule, unique within its recipe. */
    String id();

    /** Messages that it acts on. */
    Field field();

    /**
     * Runs the rule's own examples.
     *
     * @param budget steps of all of them together
     * @return a sentence for each example that does not hold; empty when all do
     */
    List<String> failingExamples(StepBudget budget);
}
