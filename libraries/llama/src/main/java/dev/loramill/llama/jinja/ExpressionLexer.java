package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.List;

/** Cuts an expression into tokens. */
final class ExpressionLexer {
    private static final List<String> OPERATORS =
            List.of(
                    "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=",
                    ".", ",", ":", "|", "(", ")", "[", "]", "{", "}");

    private final String source;
    private final int line;
    private int at;

    ExpressionLexer(String source, int line) {
        this.source = source;
        this.line = line;
    }

    List<ExpressionToken> tokens() {
        List<ExpressionToken> tokens = new ArrayList<>();
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
            if (at == source.length()) {
                tokens.add(new ExpressionToken(ExpressionToken.Kind.END, ""));
                return tokens;
            }
            tokens.add(next());
        }
    }

    private ExpressionToken next() {
        char c = source.charAt(at);
        if (Character.isLetter(c) || c == '_') {
            int start = at;
            while (at < source.length() && isNamePart(source.charAt(at))) {
                at++;
            }
            return new ExpressionToken(ExpressionToken.Kind.NAME, source.substring(start, at));
        }
        if (c >= '0' && c <= '9') {
            return number();
        }
        if (c == '\'' || c == '"') {
            return string(c);
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                at += operator.length();
                return new ExpressionToken(ExpressionToken.Kind.OPERATOR, operator);
            }
        }
        throw TemplateException.at(line, "\"" + c + "\" stands where no such sign is allowed");
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private ExpressionToken number() {
        int start = at;
        while (at < source.length() && isDigit(source.charAt(at))) {
            at++;
        }
        boolean isFloat =
                at + 1 < source.length()
                        && source.charAt(at) == '.'
                        && isDigit(source.charAt(at + 1));
        if (isFloat) {
            at++;
            while (at < source.length() && isDigit(source.charAt(at))) {
                at++;
            }
        }
        if (hasExponent()) {
            isFloat = true;
            at += source.charAt(at + 1) == '+' || source.charAt(at + 1) == '-' ? 2 : 1;
            while (at < source.length() && isDigit(source.charAt(at))) {
                at++;
            }
        }
        String digits = source.substring(start, at).replace("_", "");
        return new ExpressionToken(
                isFloat ? ExpressionToken.Kind.FLOAT : ExpressionToken.Kind.INTEGER, digits);
    }

    private boolean hasExponent() {
        if (at + 1 >= source.length() || (source.charAt(at) != 'e' && source.charAt(at) != 'E')) {
            return false;
        }
        char next = source.charAt(at + 1);
        boolean isSigned = next == '+' || next == '-';
        return isDigit(next)
                || (isSigned && at + 2 < source.length() && isDigit(source.charAt(at + 2)));
    }

    private static boolean isDigit(char c) {
        return (c >= '0' && c <= '9') || c == '_';
    }

    private ExpressionToken string(char quote) {
        StringBuilder value = new StringBuilder();
        at++;
        while (true) {
            if (at >= source.length()) {
                throw TemplateException.at(line, "a string is not closed by " + quote);
            }
            char c = source.charAt(at++);
            if (c == quote) {
                return new ExpressionToken(ExpressionToken.Kind.STRING, value.toString());
            }
            if (c == '\\' && at < source.length()) {
                escape(source.charAt(at++), value);
            } else {
                value.append(c);
            }
        }
    }

    private void escape(char c, StringBuilder value) {
        switch (c) {
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case '0' -> value.append('\0');
            case '\\', '\'', '"' -> value.append(c);
            case 'x' -> value.appendCodePoint(hex(2));
            case 'u' -> value.appendCodePoint(hex(4));
            case 'U' -> value.appendCodePoint(hex(8));
            case '\n' -> {}
            default -> value.append('\\').append(c);
        }
    }

    private int hex(int digits) {
        try {
            int codePoint = Integer.parseInt(source.substring(at, at + digits), 16);
            if (!Character.isValidCodePoint(codePoint)) {
                throw new NumberFormatException();
            }
            at += digits;
            return codePoint;
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw TemplateException.at(line, "an escape needs " + digits + " hexadecimal digits");
        }
    }
}
