package dev.loramill.clean.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactTest {
    private final TextRewrite rewrite =
            new Redact(
                            "contact",
                            Field.ALL,
                            List.of(Redact.Kind.values()),
                            new RewriteExamples(
                                    List.of(new RewriteExamples.Change("a@b.org", "[email]")),
                                    List.of("x")))
                    .compile();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Write to jo.do+x@mail.example.org today.|Write to [email] today.",
                "See https://example.org/a?b=c.|See [url].",
                "See www.example.org, please|See [url], please",
                "Call +49 30 1234 5678 now|Call [phone] now",
                "Call (555) 123-4567 now|Call [phone] now"
            })
    void putsAMarkInItsPlace(String text, String redacted) {
        assertThat(rewrite.rewrite(text, budget(text))).isEqualTo(redacted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Blood pressure 120/80 and 130 over 85",
                "Take 2.5 mg, 3 times, 10 days",
                "In 2011 and 2012",
                "user@home"
            })
    void leavesNumbersAndHalfAddressesAlone(String text) {
        assertThat(rewrite.rewrite(text, budget(text))).isEqualTo(text);
    }

    private static StepBudget budget(String text) {
        StepBudget budget = StepBudget.ofRow(text.length());
        budget.begin(text);
        return budget;
    }
}
