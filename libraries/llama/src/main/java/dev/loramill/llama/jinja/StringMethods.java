package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that templates call. */
final class StringMethods {
    private StringMethods() {}

    /** The method of a name bound to a string, or null. */
    static @Nullable Callable find(Text text, String name) {
        BiFunction<Text, CallArguments, @Nullable Object> method =
                switch (name) {
                    case "strip" -> (t, a) -> t.strip(true, true, set(a));
                    case "lstrip" -> (t, a) -> t.strip(true, false, set(a));
                    case "rstrip" -> (t, a) -> t.strip(false, true, set(a));
                    case "startswith" -> (t, a) -> starts(t, a.get(0, "prefix"));
                    case "endswith" -> (t, a) -> ends(t, a.get(0, "suffix"));
                    case "split" -> StringMethods::split;
                    case "rsplit" -> StringMethods::splitFromEnd;
                    case "splitlines" -> (t, _) -> lines(t);
                    case "replace" ->
                            (t, a) -> t.replace(a.text(0, "old").toString(), a.text(1, "new"));
                    case "upper" -> (t, _) -> t.withChars(t.toString().toUpperCase(Locale.ROOT));
                    case "lower" -> (t, _) -> t.withChars(t.toString().toLowerCase(Locale.ROOT));
                    case "title" -> (t, _) -> title(t);
                    case "capitalize" -> (t, _) -> capitalize(t);
                    case "join" -> (t, a) -> join(t, Operators.elements(a.get(0, "iterable")));
                    case "find" -> (t, a) -> (long) t.indexOf(a.text(0, "sub").toString(), 0);
                    case "count" -> (t, a) -> count(t, a.text(0, "sub").toString());
                    case "isdigit" -> (t, _) -> all(t, Character::isDigit);
                    case "isalpha" -> (t, _) -> all(t, Character::isLetter);
                    case "isspace" -> (t, _) -> all(t, Text::isSpace);
                    default -> null;
                };
        return method == null ? null : arguments -> method.apply(text, arguments);
    }

    private interface CharTest {
        boolean test(char c);
    }

    private static boolean all(Text text, CharTest test) {
        Budget.work(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (!test.test(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static @Nullable String set(CallArguments arguments) {
        return arguments.get(0, "chars") == null ? null : arguments.text(0, "chars").toString();
    }

    private static boolean starts(Text text, @Nullable Object prefix) {
        return affixes(prefix).anyMatch(text.toString()::startsWith);
    }

    private static boolean ends(Text text, @Nullable Object suffix) {
        return affixes(suffix).anyMatch(text.toString()::endsWith);
    }

    /** A string or, as in Python, several; lists in lists are none. */
    private static Stream<String> affixes(@Nullable Object value) {
        List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
        Budget.work(values.size());
        return values.stream()
                .filter(Text.class::isInstance)
                .map(affix -> {
                    Budget.scan(((Text) affix).length());
                    return affix.toString();
                });
    }

    private static List<@Nullable Object> split(Text text, CallArguments arguments) {
        long limit = arguments.whole(1, "maxsplit", -1);
        List<@Nullable Object> parts = new ArrayList<>();
        int at = 0;
        if (arguments.get(0, "sep") == null) {
            Budget.work(text.length());
            while (true) {
                while (at < text.length() && Text.isSpace(text.charAt(at))) {
                    at++;
                }
                if (at == text.length()) {
                    return parts;
                }
                if (limit >= 0 && parts.size() == limit) {
                    parts.add(text.substring(at, text.length()).strip(false, true, null));
                    return parts;
                }
                Budget.place();
                int start = at;
                while (at < text.length() && !Text.isSpace(text.charAt(at))) {
                    at++;
                }
                parts.add(text.substring(start, at));
            }
        }
        String separator = separator(arguments);
        while (limit < 0 || parts.size() < limit) {
            int found = text.indexOf(separator, at);
            if (found < 0) {
                break;
            }
            Budget.place();
            parts.add(text.substring(at, found));
            at = found + separator.length();
        }
        parts.add(text.substring(at, text.length()));
        return parts;
    }

    private static List<@Nullable Object> splitFromEnd(Text text, CallArguments arguments) {
        long limit = arguments.whole(1, "maxsplit", -1);
        if (limit < 0 || arguments.get(0, "sep") == null) {
            return split(text, arguments);
        }
        String separator = separator(arguments);
        List<@Nullable Object> parts = new ArrayList<>();
        int end = text.length();
        while (parts.size() < limit) {
            int found =
                    end == 0
                            ? -1
                            : text.toString().lastIndexOf(separator, end - separator.length());
            Budget.search(end - (long) Math.max(0, found), separator.length());
            if (found < 0) {
                break;
            }
            Budget.place();
            parts.add(text.substring(found + separator.length(), end));
            end = found;
        }
        parts.add(text.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    private static String separator(CallArguments arguments) {
        String separator = arguments.text(0, "sep").toString();
        if (separator.isEmpty()) {
            throw new TemplateException("chat template: split() needs a separator, got \"\"");
        }
        return separator;
    }

    private static List<@Nullable Object> lines(Text text) {
        List<@Nullable Object> lines = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf("\n", at);
            int stop = end < 0 ? text.length() : end;
            Budget.place();
            lines.add(text.substring(at, stop));
            at = end < 0 ? text.length() : end + 1;
        }
        return lines;
    }

    static Text title(Text text) {
        Budget.work(text.length());
        StringBuilder chars = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            chars.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return text.withChars(chars.toString());
    }

    static Text capitalize(Text text) {
        String chars = text.toString();
        return chars.isEmpty()
                ? text
                : text.withChars(
                        chars.substring(0, 1).toUpperCase(Locale.ROOT)
                                + chars.substring(1).toLowerCase(Locale.ROOT));
    }

    static Text join(Text separator, List<@Nullable Object> elements) {
        Text.Builder builder = new Text.Builder();
        boolean isFirst = true;
        for (Object element : elements) {
            if (!isFirst) {
                builder.append(separator);
            }
            isFirst = false;
            builder.append(Operators.print(element));
        }
        return builder.build();
    }

    private static long count(Text text, String part) {
        long count = 0;
        int at = part.isEmpty() ? -1 : text.indexOf(part, 0);
        while (at >= 0) {
            count++;
            at = text.indexOf(part, at + part.length());
        }
        return count;
    }
}
