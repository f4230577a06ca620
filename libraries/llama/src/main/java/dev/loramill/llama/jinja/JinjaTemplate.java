package dev.loramill.llama.jinja;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template. Immutable; safe for use by any number of threads.
 *
 * <p>A template comes out of a model file and is not trusted: it can reach nothing but the
 * variables it is given, and its size, its depth, its work and the memory of all that it makes are
 * bounded ({@link Budget}).
 */
public final class JinjaTemplate {
    private static final int MAX_SOURCE = 1 << 20;
    private static final int MAX_RANGE = 100_000;
    private static final int MAX_REASON = 500;

    private final List<Statement> statements;

    private JinjaTemplate(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException if it is malformed, naming the line
     */
    public static JinjaTemplate parse(String source) {
        if (source.length() > MAX_SOURCE) {
            throw new TemplateException(
                    "chat template must have at most %d characters, got %d"
                            .formatted(MAX_SOURCE, source.length()));
        }
        return new JinjaTemplate(new TemplateParser(source).parse());
    }

    /**
     * Renders the template.
     *
     * @param variables of strings, {@link Text}s, booleans, numbers, lists and maps of these, or
     *     null; strings count as the template's own
     * @param today what {@code strftime_now} formats
     * @throws TemplateException if the template refuses the input or a bound is passed
     */
    public Text render(Map<String, ?> variables, LocalDate today) {
        return render(variables, today, new Budget());
    }

    Text render(Map<String, ?> variables, LocalDate today, Budget budget) {
        Scope globals = new Scope(null);
        globals.set("range", (Callable) JinjaTemplate::range);
        globals.set("namespace", (Callable) JinjaTemplate::namespace);
        globals.set("dict", (Callable) JinjaTemplate::dict);
        globals.set("raise_exception", (Callable) JinjaTemplate::refuse);
        globals.set(
                "strftime_now",
                (Callable) arguments -> date(arguments.text(0, "format").toString(), today));
        variables.forEach((name, value) -> globals.set(name, convert(value)));
        return new Interpreter(globals, budget).render(statements);
    }

    private static Text date(String format, LocalDate today) {
        // A code of two characters may stand for ten.
        Budget.chars(10L * format.length());
        return Text.of(DateFormat.format(format, today));
    }

    private static Namespace namespace(CallArguments arguments) {
        Namespace namespace = new Namespace();
        for (Object one : arguments.positional()) {
            if (one instanceof Map<?, ?> map) {
                Budget.container(map.size());
                map.forEach((name, value) -> namespace.set(Operators.print(name), value));
            }
        }
        arguments.named().forEach((name, value) -> namespace.set(Text.of(name), value));
        return namespace;
    }

    private static Map<@Nullable Object, @Nullable Object> dict(CallArguments arguments) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        Budget.container(arguments.named().size());
        arguments.named().forEach((name, value) -> map.put(Text.of(name), value));
        return map;
    }

    private static @Nullable Object refuse(CallArguments arguments) {
        throw new TemplateException(
                "the chat template refuses the messages: "
                        + shortened(Operators.print(arguments.get(0, "message")).toString()));
    }

    private static String shortened(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "...";
    }

    private static List<@Nullable Object> range(CallArguments numbers) {
        boolean hasStart = numbers.positional().size() > 1;
        long start = hasStart ? numbers.whole(0, "start", 0) : 0;
        long end = numbers.whole(hasStart ? 1 : 0, "stop", 0);
        long step = numbers.whole(2, "step", 1);
        if (step == 0) {
            throw new TemplateException("chat template: the step of a range must not be 0");
        }
        List<@Nullable Object> range = new ArrayList<>();
        for (long at = start; step > 0 ? at < end : at > end; at += step) {
            if (range.size() == MAX_RANGE) {
                throw new TemplateException(
                        "chat template: a range has more than " + MAX_RANGE + " numbers");
            }
            Budget.place();
            range.add(at);
        }
        return range;
    }

    private static @Nullable Object convert(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Text text -> text;
            case String string -> Text.of(string);
            case Boolean bool -> bool;
            case Double x -> x;
            case Float x -> (double) x;
            case Number n -> n.longValue();
            case Map<?, ?> map -> {
                Map<@Nullable Object, @Nullable Object> converted = new LinkedHashMap<>();
                map.forEach((k, v) -> converted.put(convert(k), convert(v)));
                yield converted;
            }
            case Collection<?> list -> {
                List<@Nullable Object> converted = new ArrayList<>(list.size());
                list.forEach(element -> converted.add(convert(element)));
                yield converted;
            }
            default ->
                    throw new IllegalArgumentException(
                            "a variable must not hold a " + value.getClass().getName());
        };
    }
}
