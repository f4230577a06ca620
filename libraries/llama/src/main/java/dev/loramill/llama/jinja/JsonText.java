package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values written as Python's {@code json.dumps} writes them, with the origin of each character. */
final class JsonText {
    private static final int MAX_DEPTH = 100;

    private final Text.Builder to = new Text.Builder();
    private final @Nullable String indent;
    private final boolean ensuresAscii;
    private final boolean sortsKeys;
    private final String elementSeparator;
    private final String keySeparator;

    JsonText(
            @Nullable String indent,
            boolean ensuresAscii,
            boolean sortsKeys,
            @Nullable List<?> separators) {
        this.indent = indent;
        this.ensuresAscii = ensuresAscii;
        this.sortsKeys = sortsKeys;
        this.elementSeparator =
                separators != null && separators.size() == 2
                        ? Operators.print(separators.get(0)).toString()
                        : indent == null ? ", " : ",";
        this.keySeparator =
                separators != null && separators.size() == 2
                        ? Operators.print(separators.get(1)).toString()
                        : ": ";
    }

    Text write(@Nullable Object value) {
        value(value, 0);
        return to.build();
    }

    private void value(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException(
                    "chat template: a value is nested deeper than " + MAX_DEPTH);
        }
        switch (value) {
            case null -> plain("null");
            case Boolean b -> plain(b.toString());
            case Long n -> plain(n.toString());
            case Double x ->
                    plain(
                            x.isNaN()
                                    ? "NaN"
                                    : x.isInfinite()
                                            ? x > 0 ? "Infinity" : "-Infinity"
                                            : PythonText.real(x));
            case Text text -> quoted(text);
            case Map<?, ?> map -> map(map, depth);
            case Collection<?> list -> list(list, depth);
            default ->
                    throw new TemplateException(
                            "chat template: "
                                    + Operators.kind(value)
                                    + " cannot be written as JSON");
        }
    }

    private void map(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            plain("{}");
            return;
        }
        plain("{");
        Budget.container(map.size());
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sortsKeys) {
            entries.sort((a, b) -> Operators.order(a.getKey(), b.getKey()));
        }
        boolean isFirst = true;
        for (Map.Entry<?, ?> entry : entries) {
            between(isFirst, depth + 1);
            isFirst = false;
            quoted(Operators.print(entry.getKey()));
            plain(keySeparator);
            value(entry.getValue(), depth + 1);
        }
        newLine(depth);
        plain("}");
    }

    private void list(Collection<?> list, int depth) {
        if (list.isEmpty()) {
            plain("[]");
            return;
        }
        plain("[");
        boolean isFirst = true;
        for (Object element : list) {
            between(isFirst, depth + 1);
            isFirst = false;
            value(element, depth + 1);
        }
        newLine(depth);
        plain("]");
    }

    private void between(boolean isFirst, int depth) {
        if (!isFirst) {
            plain(elementSeparator);
        }
        newLine(depth);
    }

    private void newLine(int depth) {
        if (indent != null) {
            plain("\n");
            for (int i = 0; i < depth; i++) {
                plain(indent);
            }
        }
    }

    private void plain(String chars) {
        to.append(chars, Text.TEMPLATE);
    }

    private void quoted(Text text) {
        plain("\"");
        for (Text.Run run : text.runs()) {
            Budget.work(run.end() - run.start());
            // Before it is paid for, six characters may stand for one.
            Budget.chars(run.end() - run.start());
            StringBuilder escaped = new StringBuilder(run.end() - run.start() + 8);
            for (int i = run.start(); i < run.end(); i++) {
                escape(text.charAt(i), escaped);
            }
            to.append(escaped.toString(), run.origin());
        }
        plain("\"");
    }

    private void escape(char c, StringBuilder escaped) {
        switch (c) {
            case '"' -> escaped.append("\\\"");
            case '\\' -> escaped.append("\\\\");
            case '\n' -> escaped.append("\\n");
            case '\r' -> escaped.append("\\r");
            case '\t' -> escaped.append("\\t");
            case '\b' -> escaped.append("\\b");
            case '\f' -> escaped.append("\\f");
            default -> {
                if (c < ' ' || (ensuresAscii && c > '~')) {
                    escaped.append("\\u%04x".formatted((int) c));
                } else {
                    escaped.append(c);
                }
            }
        }
    }
}
