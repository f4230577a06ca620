package dev.loramill.llama.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTemplateTest {
    private static final LocalDate DATE = LocalDate.of(2024, 7, 26);
    private static final int USER = 3;

    private static Text render(String source, Text input) {
        return JinjaTemplate.parse(source)
                .render(Map.of("x", input, "list", List.of(input, input)), DATE);
    }

    /** The characters that came from the input, others as dots. */
    private static String shown(Text text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            shown.append(text.originAt(i) == USER ? text.charAt(i) : '.');
        }
        return shown.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<{{ x }}>|.  in put .",
                "<{{ x|trim }}>|.in put.",
                "{{ '<' + x.strip() + '>' }}|.in put.",
                "{{ x ~ 'a' ~ x|trim }}|  in put .in put",
                "{{ x[2:5] }}{{ 'in' }}|in ..",
                "{{ x.split('p')[1] }}p|ut .",
                "{{ x.replace('in', 'out') }}|  ... put ",
                "{{ x|upper }}|  IN PUT ",
                "{{ [x, 'a']|join('-') }}|  in put ..",
                "{{ {'k': x}|tojson }}|.......  in put ..",
                "{% set y %}a{{ x }}{% endset %}{{ y|trim }}|.  in put",
                "{% for i in list %}{{ i|trim }},{% endfor %}|in put.in put.",
                "{% macro m(t) %}<{{ t }}>{% endmacro %}{{ m(x) }}|.  in put .",
                "{{ x[::-1] }}| tup ni  ",
                "{{ x if x else 'no' }}|  in put ",
                "{{ [x] }}|..  in put .."
            })
    void marksWhatCameFromTheInput(String sourceAndExpected) {
        int bar = sourceAndExpected.lastIndexOf('|');
        Text text = render(sourceAndExpected.substring(0, bar), Text.of("  in put ", USER));
        assertThat(shown(text)).isEqualTo(sourceAndExpected.substring(bar + 1));
    }

    @Test
    void keepsOriginsOfKeysThatAreIterated() {
        Text text =
                JinjaTemplate.parse("{% for k, v in m.items() %}{{ k }}={{ v }}{% endfor %}")
                        .render(Map.of("m", Map.of(Text.of("key", USER), 1)), DATE);
        assertThat(shown(text)).isEqualTo("key..");
    }

    @Test
    void stopsLoopsThatTakeTooManySteps() {
        String loops =
                "{% set r = range(9000) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}";
        assertThatThrownBy(() -> JinjaTemplate.parse(loops).render(Map.of(), DATE))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("steps");
    }

    @Test
    void stopsTextsThatGrowTooLong() {
        String doubling =
                "{% set ns = namespace(t='xxxxxxxxxxxxxxxx') %}{% for i in range(40) %}"
                        + "{% set ns.t = ns.t + ns.t %}{{ ns.t }}{% endfor %}";
        assertThatThrownBy(() -> JinjaTemplate.parse(doubling).render(Map.of(), DATE))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void stopsMacrosThatCallThemselvesForEver() {
        String source = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
        assertThatThrownBy(() -> JinjaTemplate.parse(source).render(Map.of(), DATE))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("deeper");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "not ", "- ", "1 if ", "1 + ", "a.b|c("})
    void refusesExpressionsThatAreNestedTooDeep(String opening) {
        String source = "{{ " + opening.repeat(100_000) + "1 }}";
        assertThatThrownBy(() -> JinjaTemplate.parse(source).render(Map.of(), DATE))
                .isInstanceOf(TemplateException.class);
    }

    @Test
    void refusesStatementsThatAreNestedTooDeep() {
        String source = "{% if x %}".repeat(20_000);
        assertThatThrownBy(() -> JinjaTemplate.parse(source)).isInstanceOf(TemplateException.class);
    }

    @Test
    void namesTheLineOfAFault() {
        assertThatThrownBy(() -> JinjaTemplate.parse("a\n{# b\n #}\n{{ 1 + }}"))
                .hasMessage(
                        "chat template, line 4: found the end of the tag where an expression was"
                                + " expected");
    }

    @Test
    void reachesNothingButItsVariables() {
        String source = "{{ x.getClass() }}";
        assertThatThrownBy(() -> render(source, Text.of("a", USER)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("getClass");
    }
}
