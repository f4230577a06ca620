package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into plain text, {@code {{ expressions }}} and {@code {% statements %}}, and
 * removes the white space that Jinja removes with {@code trim_blocks} and {@code lstrip_blocks} on,
 * which is how chat templates are rendered.
 */
final class TemplateLexer {
    /** A part of a template, with the line it starts at. */
    sealed interface Part {
        int line();

        record Plain(String text, int line) implements Part {}

        record Output(String expression, int line) implements Part {}

        record Statement(String code, int line) implements Part {}
    }

    private final String source;
    private final List<Part> parts = new ArrayList<>();
    private int at;
    private int line = 1;

    /** What the tag before says on the text that follows it. */
    private boolean stripNext;

    private boolean trimNewline;

    TemplateLexer(String source) {
        String unified = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
    }

    List<Part> parts() {
        while (at < source.length()) {
            int tag = nextTag(at);
            if (tag < 0) {
                plain(source.substring(at), false, false);
                break;
            }
            char kind = source.charAt(tag + 1);
            char control = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            boolean stripBefore = control == '-';
            boolean lineStrip = kind != '{' && control != '+' && control != '-';
            plain(source.substring(at, tag), stripBefore, lineStrip);
            int bodyStart = tag + 2 + (control == '-' || control == '+' ? 1 : 0);
            String close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
            int end = kind == '#' ? source.indexOf(close, bodyStart) : endOfTag(bodyStart, close);
            if (end < 0) {
                throw TemplateException.at(line, "a tag is not closed by \"" + close + "\"");
            }
            char last = end > bodyStart ? source.charAt(end - 1) : ' ';
            boolean hasControl = last == '-' || last == '+';
            String body = source.substring(bodyStart, hasControl ? end - 1 : end);
            int start = line;
            countLines(source.substring(tag, end + 2));
            at = end + 2;
            stripNext = last == '-';
            trimNewline = kind != '{' && last != '+';
            switch (kind) {
                case '{' -> parts.add(new Part.Output(body, start));
                case '%' -> parts.add(new Part.Statement(body.strip(), start));
                default -> {}
            }
            if (kind == '%' && body.strip().equals("raw")) {
                raw(start);
            }
        }
        return parts;
    }

    private void raw(int start) {
        parts.removeLast();
        java.util.regex.Matcher end =
                java.util.regex.Pattern.compile("\\{%[-+]?\\s*endraw\\s*[-+]?%}").matcher(source);
        if (!end.find(at)) {
            throw TemplateException.at(start, "\"raw\" is not closed by \"endraw\"");
        }
        String tag = source.substring(end.start(), end.end());
        plain(source.substring(at, end.start()), tag.startsWith("{%-"), !tag.startsWith("{%+"));
        at = end.end();
        stripNext = tag.endsWith("-%}");
        trimNewline = !tag.endsWith("+%}");
    }

    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
            char next = i + 1 < source.length() ? source.charAt(i + 1) : ' ';
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    /** Where a tag closes, outside of strings and brackets. */
    private int endOfTag(int from, String close) {
        int depth = 0;
        for (int i = from; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\'' || c == '"') {
                i = endOfString(i);
            } else if (depth == 0 && source.startsWith(close, i)) {
                return i;
            } else if (c == '{' || c == '[' || c == '(') {
                depth++;
            } else if ((c == '}' || c == ']' || c == ')') && depth > 0) {
                depth--;
            }
        }
        return -1;
    }

    private int endOfString(int open) {
        char quote = source.charAt(open);
        for (int i = open + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                return i;
            }
        }
        throw TemplateException.at(line, "a string is not closed by " + quote);
    }

    private void plain(String raw, boolean stripBefore, boolean lineStrip) {
        String text = raw;
        int start = line;
        if (stripNext) {
            text = text.stripLeading();
        } else if (trimNewline && text.startsWith("\n")) {
            text = text.substring(1);
        }
        if (stripBefore) {
            text = text.stripTrailing();
        } else if (lineStrip) {
            text = withoutIndentation(raw, text);
        }
        countLines(raw);
        if (!text.isEmpty()) {
            parts.add(new Part.Plain(text, start));
        }
    }

    /** Without the blanks after the last line break, if only blanks stand before the tag there. */
    private String withoutIndentation(String raw, String text) {
        int lineStart = text.lastIndexOf('\n') + 1;
        if (!text.substring(lineStart).isBlank()) {
            return text;
        }
        boolean beginsLine =
                lineStart > 0 || raw.indexOf('\n') >= 0 || at == 0 || source.charAt(at - 1) == '\n';
        return beginsLine ? text.substring(0, lineStart) : text;
    }

    private void countLines(String passed) {
        for (int i = 0; i < passed.length(); i++) {
            if (passed.charAt(i) == '\n') {
                line++;
            }
        }
    }
}
