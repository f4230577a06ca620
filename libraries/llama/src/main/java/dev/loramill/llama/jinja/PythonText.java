package dev.loramill.llama.jinja;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values written as Python's {@code str} and {@code repr} write them. */
final class PythonText {
    private PythonText() {}

    static Text of(@Nullable Object value) {
        Text.Builder builder = new Text.Builder();
        append(value, builder);
        return builder.build();
    }

    private static void append(@Nullable Object value, Text.Builder to) {
        switch (value) {
            case null -> to.append("None", Text.TEMPLATE);
            case Boolean b -> to.append(b ? "True" : "False", Text.TEMPLATE);
            case Double x -> to.append(real(x), Text.TEMPLATE);
            case Text text -> quoted(text, to);
            case Undefined _ -> to.append("Undefined", Text.TEMPLATE);
            case Map<?, ?> map -> {
                to.append("{", Text.TEMPLATE);
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    to.append(separator, Text.TEMPLATE);
                    append(entry.getKey(), to);
                    to.append(": ", Text.TEMPLATE);
                    append(entry.getValue(), to);
                    separator = ", ";
                }
                to.append("}", Text.TEMPLATE);
            }
            case Collection<?> list -> {
                to.append("[", Text.TEMPLATE);
                String separator = "";
                for (Object element : list) {
                    to.append(separator, Text.TEMPLATE);
                    append(element, to);
                    separator = ", ";
                }
                to.append("]", Text.TEMPLATE);
            }
            case Number number -> to.append(number.toString(), Text.TEMPLATE);
            // Python writes where these lie in memory, which no two renderings have alike.
            case Namespace _ -> to.append("<Namespace>", Text.TEMPLATE);
            case Callable _ -> to.append("<function>", Text.TEMPLATE);
            default -> to.append("<object>", Text.TEMPLATE);
        }
    }

    private static void quoted(Text text, Text.Builder to) {
        Budget.work(text.length());
        boolean hasSingle = text.toString().indexOf('\'') >= 0;
        boolean hasDouble = text.toString().indexOf('"') >= 0;
        char quote = hasSingle && !hasDouble ? '"' : '\'';
        to.append(String.valueOf(quote), Text.TEMPLATE);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String shown =
                    switch (c) {
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\t' -> "\\t";
                        case '\\' -> "\\\\";
                        default ->
                                c == quote
                                        ? "\\" + c
                                        : c < ' ' || c == 0x7F
                                                ? "\\x%02x".formatted((int) c)
                                                : String.valueOf(c);
                    };
            to.append(shown, text.originAt(i));
        }
        to.append(String.valueOf(quote), Text.TEMPLATE);
    }

    /** A float as Python writes it. */
    static String real(double x) {
        if (Double.isNaN(x)) {
            return "nan";
        }
        if (Double.isInfinite(x)) {
            return x > 0 ? "inf" : "-inf";
        }
        double size = Math.abs(x);
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            String[] parts = Double.toString(x).split("E", 2);
            String mantissa =
                    parts[0].endsWith(".0")
                            ? parts[0].substring(0, parts[0].length() - 2)
                            : parts[0];
            int exponent = Integer.parseInt(parts[1]);
            return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = java.math.BigDecimal.valueOf(x).toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }
}
