package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions by recursive descent, with Jinja's precedence. */
final class ExpressionParser {
    private static final int MAX_DEPTH = 100;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");
    private static final Set<String> NO_ARGUMENT =
            Set.of("else", "or", "and", "is", "if", "in", "not");

    private final List<ExpressionToken> tokens;
    private final int line;
    private int at;
    private int depth;

    ExpressionParser(String source, int line) {
        this.tokens = new ExpressionLexer(source, line).tokens();
        this.line = line;
    }

    ExpressionToken peek() {
        return tokens.get(at);
    }

    ExpressionToken take() {
        ExpressionToken token = tokens.get(at);
        if (token.kind() != ExpressionToken.Kind.END) {
            at++;
        }
        return token;
    }

    boolean takeIf(String operator) {
        if (peek().is(operator)) {
            at++;
            return true;
        }
        return false;
    }

    boolean takeIfName(String name) {
        if (peek().isName(name)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String operator) {
        if (!takeIf(operator)) {
            throw unexpected("\"" + operator + "\"");
        }
    }

    String name() {
        if (peek().kind() != ExpressionToken.Kind.NAME) {
            throw unexpected("a name");
        }
        return take().text();
    }

    void end() {
        if (peek().kind() != ExpressionToken.Kind.END) {
            throw unexpected("the end of the tag");
        }
    }

    TemplateException unexpected(String wanted) {
        String found =
                peek().kind() == ExpressionToken.Kind.END
                        ? "the end of the tag"
                        : "\"" + peek().text() + "\"";
        return TemplateException.at(line, "found " + found + " where " + wanted + " was expected");
    }

    /** An expression, or several with commas between, which make a list. */
    Expression tuple() {
        Expression first = expression();
        if (!peek().is(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (takeIf(",") && peek().kind() != ExpressionToken.Kind.END) {
            elements.add(expression());
        }
        return new Expression.ListOf(elements);
    }

    /** One expression, conditional or not. */
    Expression expression() {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.at(line, "expressions are nested deeper than " + MAX_DEPTH);
        }
        Expression then = or();
        while (takeIfName("if")) {
            Expression test = or();
            Expression otherwise = takeIfName("else") ? expression() : null;
            then = new Expression.Conditional(test, then, otherwise);
        }
        depth--;
        return then;
    }

    /** An expression without a condition behind it. */
    Expression or() {
        Expression left = and();
        while (takeIfName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (takeIfName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (takeIfName("not")) {
            if (++depth > MAX_DEPTH) {
                throw TemplateException.at(line, "expressions are nested deeper than " + MAX_DEPTH);
            }
            Expression operand = not();
            depth--;
            return new Expression.Not(operand);
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Comparison.Step> steps = new ArrayList<>();
        while (true) {
            ExpressionToken token = peek();
            if (token.kind() == ExpressionToken.Kind.OPERATOR
                    && COMPARISONS.contains(token.text())) {
                take();
                steps.add(new Expression.Comparison.Step(token.text(), sum()));
            } else if (takeIfName("in")) {
                steps.add(new Expression.Comparison.Step("in", sum()));
            } else if (token.isName("not") && tokens.get(at + 1).isName("in")) {
                at += 2;
                steps.add(new Expression.Comparison.Step("not in", sum()));
            } else {
                return steps.isEmpty() ? first : new Expression.Comparison(first, steps);
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (peek().is("+") || peek().is("-")) {
            left = new Expression.Binary(take().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (takeIf("~")) {
            left = new Expression.Binary("~", left, product());
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%")) {
            left = new Expression.Binary(take().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary();
        while (takeIf("**")) {
            left = new Expression.Binary("**", left, unary());
        }
        return left;
    }

    private Expression unary() {
        return filtered(signed());
    }

    /** A value with its sign; filters that follow take the sign with it. */
    private Expression signed() {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.at(line, "expressions are nested deeper than " + MAX_DEPTH);
        }
        Expression value =
                takeIf("-")
                        ? new Expression.Negative(signed())
                        : takeIf("+") ? signed() : primary();
        depth--;
        return postfix(value);
    }

    private Expression primary() {
        ExpressionToken token = take();
        return switch (token.kind()) {
            case NAME ->
                    switch (token.text()) {
                        case "true", "True" -> new Expression.Constant(true);
                        case "false", "False" -> new Expression.Constant(false);
                        case "none", "None" -> new Expression.Constant(null);
                        default -> new Expression.Name(token.text());
                    };
            case STRING -> {
                StringBuilder value = new StringBuilder(token.text());
                while (peek().kind() == ExpressionToken.Kind.STRING) {
                    value.append(take().text());
                }
                yield new Expression.Constant(Text.of(value.toString()));
            }
            case INTEGER -> integer(token);
            case FLOAT -> new Expression.Constant(Double.parseDouble(token.text()));
            case OPERATOR -> bracketed(token);
            case END -> throw unexpected("an expression");
        };
    }

    private Expression integer(ExpressionToken token) {
        try {
            return new Expression.Constant(Long.parseLong(token.text()));
        } catch (NumberFormatException e) {
            throw TemplateException.at(line, "the number " + token.text() + " is too large");
        }
    }

    private Expression bracketed(ExpressionToken open) {
        return switch (open.text()) {
            case "(" -> parenthesized();
            case "[" -> {
                List<Expression> elements = elementsUpTo("]");
                yield new Expression.ListOf(elements);
            }
            case "{" -> dict();
            default -> {
                at--;
                throw unexpected("an expression");
            }
        };
    }

    private Expression parenthesized() {
        if (takeIf(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression first = expression();
        if (takeIf(")")) {
            return first;
        }
        expect(",");
        List<Expression> elements = new ArrayList<>(List.of(first));
        elements.addAll(elementsUpTo(")"));
        return new Expression.ListOf(elements);
    }

    private List<Expression> elementsUpTo(String close) {
        List<Expression> elements = new ArrayList<>();
        while (!peek().is(close)) {
            elements.add(expression());
            if (!takeIf(",")) {
                break;
            }
        }
        expect(close);
        return elements;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!peek().is("}")) {
            keys.add(expression());
            expect(":");
            values.add(expression());
            if (!takeIf(",")) {
                break;
            }
        }
        expect("}");
        return new Expression.DictOf(keys, values);
    }

    private Expression postfix(Expression start) {
        Expression target = start;
        while (true) {
            if (takeIf(".")) {
                ExpressionToken name = take();
                target =
                        switch (name.kind()) {
                            case NAME -> new Expression.Attribute(target, Text.of(name.text()));
                            case INTEGER -> new Expression.Item(target, integer(name));
                            default -> throw unexpected("a name");
                        };
            } else if (takeIf("[")) {
                target = subscript(target);
            } else if (takeIf("(")) {
                target = new Expression.Call(target, arguments());
            } else {
                return target;
            }
        }
    }

    private Expression subscript(Expression target) {
        Expression from = peek().is(":") ? null : expression();
        if (from != null && takeIf("]")) {
            return new Expression.Item(target, from);
        }
        expect(":");
        Expression to = peek().is(":") || peek().is("]") ? null : expression();
        Expression step = takeIf(":") && !peek().is("]") ? expression() : null;
        expect("]");
        return new Expression.Slice(target, from, to, step);
    }

    private Expression.Arguments arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!peek().is(")")) {
            if (peek().kind() == ExpressionToken.Kind.NAME && tokens.get(at + 1).is("=")) {
                String name = name();
                expect("=");
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!takeIf(",")) {
                break;
            }
        }
        expect(")");
        return new Expression.Arguments(positional, named);
    }

    private Expression filtered(Expression start) {
        Expression target = start;
        while (true) {
            if (takeIf("|")) {
                String name = name();
                target =
                        new Expression.Filter(
                                target,
                                name,
                                takeIf("(") ? arguments() : Expression.Arguments.NONE);
            } else if (takeIfName("is")) {
                boolean negated = takeIfName("not");
                Expression test = test(target);
                target = negated ? new Expression.Not(test) : test;
            } else if (takeIf("(")) {
                target = new Expression.Call(target, arguments());
            } else {
                return target;
            }
        }
    }

    private Expression test(Expression target) {
        String name = name();
        if (takeIf("(")) {
            return new Expression.Test(target, name, arguments());
        }
        ExpressionToken next = peek();
        boolean hasArgument =
                switch (next.kind()) {
                    case NAME -> !NO_ARGUMENT.contains(next.text());
                    case STRING, INTEGER, FLOAT -> true;
                    case OPERATOR -> next.is("[") || next.is("{");
                    case END -> false;
                };
        return new Expression.Test(
                target,
                name,
                hasArgument
                        ? new Expression.Arguments(List.of(postfix(primary())), Map.of())
                        : Expression.Arguments.NONE);
    }
}
