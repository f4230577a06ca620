package dev.loramill.llama.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template costs is bounded, and grows as its input does; counted, not timed. */
class BudgetTest {
    private static final LocalDate DATE = LocalDate.of(2024, 7, 26);

    private static Map<String, Object> input(int size) {
        List<Object> numbers = new ArrayList<>();
        List<Object> words = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            numbers.add((long) (i * 7919 % size));
            words.add(Map.of("k", "w" + i, "n", (long) i));
        }
        return Map.of("x", "ab c\n".repeat(size), "l", numbers, "m", words);
    }

    private record Cost(long steps, long bytes, long allocated) {}

    private static Cost cost(JinjaTemplate template, int size) {
        Map<String, Object> input = input(size);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Budget budget = new Budget();
        long before = threads.getCurrentThreadAllocatedBytes();
        template.render(input, DATE, budget);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        return new Cost(budget.steps(), budget.bytes(), allocated);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ x ~ x }}",
                "{{ x + x }}",
                "{{ x * 3 }}",
                "{{ (l + l)|length }}",
                "{{ x|trim }}{{ x|trim('abc \\n') }}",
                "{{ x|upper }}{{ x|lower }}{{ x|title }}{{ x|capitalize }}",
                "{{ x|escape }}{{ x|indent(4) }}",
                "{{ x|replace('a', 'bcd') }}{{ x.replace('', '-') }}",
                "{{ x|tojson }}{{ m|tojson(indent=2) }}{{ l|string }}{{ [x]|string }}",
                "{{ x|list|length }}{{ x|reverse }}{{ x[::-1] }}{{ x[1:-1] }}{{ l[::2]|length }}",
                "{{ l|unique|list|length }}{{ x|list|unique|list|length }}",
                "{{ l|join(',') }}{{ m|join(',', attribute='k') }}{{ ','.join(x) }}",
                "{{ l|sum }}{{ l|min }}{{ l|max }}{{ l|first }}{{ l|last }}{{ l|length }}",
                "{{ m|map(attribute='k')|list|length }}{{ l|map('string')|list|length }}",
                "{{ l|select('odd')|list|length }}{{ m|selectattr('n', 'gt', 5)|list|length }}",
                "{{ l|reject('odd')|list|length }}{{ m|rejectattr('n')|list|length }}",
                "{{ x.split(' ')|length }}{{ x.split()|length }}{{ x.rsplit(' ', 3)|length }}",
                "{{ x.splitlines()|length }}{{ x.count('b') }}{{ x.find('zz') }}{{ 'zz' in x }}",
                "{{ x.strip() }}{{ x.startswith('ab') }}{{ x.isdigit() }}{{ x is lower }}",
                "{{ l == l[:] }}{{ l in [l] }}{{ m == m[:] }}{{ 5 in l }}",
                "{% for i in l %}{{ i }}{% if loop.last %}.{% endif %}{% endfor %}",
                "{% for w in m if w.n > 3 %}{% set y = w.k|upper %}{{ y }}{% endfor %}",
                "{% for w in m %}{% for k, v in w.items() %}{{ k }}{{ v }}{% endfor %}{% endfor %}",
                "{% macro f(a) %}<{{ a }}>{% endmacro %}{% for i in l %}{{ f(i) }}{% endfor %}",
                "{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = ns.n + i %}{% endfor %}"
            })
    void twiceTheInputCostsAtMostTwiceAndABit(String source) {
        JinjaTemplate template = JinjaTemplate.parse(source);
        cost(template, 2_000);
        Cost once = cost(template, 2_000);
        Cost twice = cost(template, 4_000);
        assertThat(twice.steps()).as("steps").isLessThanOrEqualTo(once.steps() * 5 / 2 + 100);
        assertThat(twice.bytes()).as("bytes").isLessThanOrEqualTo(once.bytes() * 5 / 2 + 1_000);
        assertThat(twice.allocated())
                .as("allocated")
                .isLessThanOrEqualTo(once.allocated() * 5 / 2 + 100_000);
        // What is allocated is paid for: a budget that counts nothing bounds nothing.
        assertThat(once.bytes() + once.steps()).isGreaterThan(2_000);
        assertThat(twice.allocated() - once.allocated())
                .isLessThan(
                        16 * (twice.bytes() - once.bytes())
                                + 400L * (twice.steps() - once.steps())
                                + 4_000_000);
    }

    /** Sorting compares each of n with the logarithm of n. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ l|sort|first }}",
                "{{ m|sort(attribute='k')|length }}",
                "{{ d|dictsort|length }}"
            })
    void sortingTwiceAsMuchCostsALittleMoreThanTwice(String source) {
        JinjaTemplate template = JinjaTemplate.parse("{% set d = m[0] %}" + source);
        Cost once = cost(template, 2_000);
        assertThat(cost(template, 4_000).steps()).isLessThan(once.steps() * 3 + 100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x.replace('', ns.x) %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x|replace('a', 'aaa') %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x]|join %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x * 9 %}{% endfor %}",
                "{% set ns = namespace(x='\"') %}{% for i in range(60) %}{% set ns.x = ns.x|tojson %}{% endfor %}",
                "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x]|string %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
                "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ {ns.x: 1} }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ {'a': 1}.get(ns.x) }}{{ {'a': 1}[ns.x] }}{{ 'a'.startswith(ns.x) }}{{ 'a'[ns.x] }}{{ 1 in ns.x }}{% for i in range(200) %}{% for j in range(90000) %}{{ j }}{% endfor %}{% endfor %}",
                "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% for j in range(90000) %}{% set ns.x = [ns.x, j] %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(x={}) %}{% for i in range(90000) %}{% for j in range(90000) %}{% set ns.x = {'a': ns.x} %}{% endfor %}{% endfor %}",
                "{% for i in range(90000) %}{{ range(90000)|list|unique|list|length }}{% endfor %}",
                "{% for i in range(90000) %}{{ range(90000)|sort|length }}{% endfor %}",
                "{% set x = 'a' * 500000 %}{% for i in range(90000) %}{{ x.count('a' * 250000 + 'b') }}{% endfor %}",
                "{% set x = 'a' * 500000 %}{% for i in range(90000) %}{{ x.strip('bcdefgh' * 9000) }}{% endfor %}",
                "{% set x = 'a' * 500000 %}{% for i in range(90000) %}{{ x == x ~ '' }}{% endfor %}",
                "{% set x = 'a' * 500000 %}{{ m|tojson(indent=x) }}{% for i in range(90000) %}{{ [[[[1]]]]|tojson(indent=x) }}{% endfor %}",
                "{% set x = '%F' * 400000 %}{% for i in range(90000) %}{{ strftime_now(x) }}{% endfor %}",
                "{% set x %}{% for i in range(90000) %}{% for j in range(90000) %}abcdefghij{% endfor %}{% endfor %}{% endset %}"
            })
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void stopsWhatWouldTakeAllMemoryOrTimeBeforeItDoes(String source) {
        JinjaTemplate template = JinjaTemplate.parse(source);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Budget budget = new Budget();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        assertThatThrownBy(() -> template.render(input(10), DATE, budget))
                .isInstanceOf(TemplateException.class);
        assertThat(budget.bytes()).isLessThanOrEqualTo(Budget.MAX_BYTES + (64 << 20));
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8L << 30);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void nothingThatATemplateSaysIsRepeatedAtLength() {
        assertThatThrownBy(() ->
                        JinjaTemplate.parse("{{ raise_exception('a' * 100000) }}")
                                .render(Map.of(), DATE))
                .isInstanceOf(TemplateException.class)
                .satisfies(fault ->
                        assertThat(String.valueOf(fault.getMessage())).hasSizeLessThan(600));
    }
}
