package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.List;

/** Reads the statements of a template. */
final class TemplateParser {
    private static final int MAX_DEPTH = 100;

    private final List<TemplateLexer.Part> parts;
    private int at;
    private int depth;

    TemplateParser(String source) {
        this.parts = new TemplateLexer(source).parts();
    }

    List<Statement> parse() {
        List<Statement> statements = body();
        if (at < parts.size()) {
            TemplateLexer.Part part = parts.get(at);
            throw TemplateException.at(part.line(), "\"" + keyword(part) + "\" closes nothing");
        }
        return statements;
    }

    /** Statements up to one that closes or continues the enclosing one. */
    private List<Statement> body() {
        if (++depth > MAX_DEPTH) {
            throw new TemplateException(
                    "chat template: statements are nested deeper than " + MAX_DEPTH);
        }
        List<Statement> statements = new ArrayList<>();
        while (at < parts.size()) {
            TemplateLexer.Part part = parts.get(at);
            switch (part) {
                case TemplateLexer.Part.Plain(String text, int _) -> {
                    at++;
                    statements.add(new Statement.Plain(Text.of(text)));
                }
                case TemplateLexer.Part.Output(String code, int line) -> {
                    at++;
                    ExpressionParser parser = new ExpressionParser(code, line);
                    Expression expression = parser.tuple();
                    parser.end();
                    statements.add(new Statement.Output(expression, line));
                }
                case TemplateLexer.Part.Statement(String code, int line) -> {
                    String keyword = keyword(part);
                    if (keyword.startsWith("end")
                            || keyword.equals("else")
                            || keyword.equals("elif")) {
                        depth--;
                        return statements;
                    }
                    at++;
                    ExpressionParser parser = new ExpressionParser(code, line);
                    parser.name();
                    statements.add(statement(keyword, parser, line));
                }
            }
        }
        depth--;
        return statements;
    }

    private Statement statement(String keyword, ExpressionParser parser, int line) {
        return switch (keyword) {
            case "if" -> ifStatement(parser, line);
            case "for" -> forStatement(parser, line);
            case "set" -> set(parser, line);
            case "macro" -> macro(parser, line);
            case "generation" -> {
                parser.end();
                List<Statement> body = body();
                close("endgeneration", line);
                yield new Statement.Block(body);
            }
            case "break" -> new Statement.Break();
            case "continue" -> new Statement.Continue();
            default ->
                    throw TemplateException.at(
                            line, "the statement \"" + keyword + "\" is not known");
        };
    }

    private Statement ifStatement(ExpressionParser first, int line) {
        List<Statement.If.Branch> branches = new ArrayList<>();
        ExpressionParser parser = first;
        int branchLine = line;
        while (true) {
            Expression test = parser.expression();
            parser.end();
            branches.add(new Statement.If.Branch(test, body(), branchLine));
            TemplateLexer.Part next = next("endif", line);
            if (!keyword(next).equals("elif")) {
                break;
            }
            at++;
            branchLine = next.line();
            parser = new ExpressionParser(code(next), branchLine);
            parser.name();
        }
        List<Statement> otherwise = List.of();
        if (keyword(next("endif", line)).equals("else")) {
            at++;
            otherwise = body();
        }
        close("endif", line);
        return new Statement.If(branches, otherwise);
    }

    private Statement forStatement(ExpressionParser parser, int line) {
        List<String> targets = new ArrayList<>();
        boolean bracket = parser.takeIf("(");
        do {
            targets.add(parser.name());
        } while (parser.takeIf(","));
        if (bracket) {
            parser.expect(")");
        }
        if (!parser.takeIfName("in")) {
            throw parser.unexpected("\"in\"");
        }
        Expression iterable = parser.or();
        Expression condition = parser.takeIfName("if") ? parser.expression() : null;
        parser.end();
        List<Statement> body = body();
        List<Statement> otherwise = List.of();
        if (keyword(next("endfor", line)).equals("else")) {
            at++;
            otherwise = body();
        }
        close("endfor", line);
        return new Statement.For(targets, iterable, condition, body, otherwise, line);
    }

    private Statement set(ExpressionParser parser, int line) {
        String name = parser.name();
        if (parser.takeIf(".")) {
            Text attribute = Text.of(parser.name());
            parser.expect("=");
            Expression value = parser.tuple();
            parser.end();
            return new Statement.SetAttribute(name, attribute, value, line);
        }
        List<String> names = new ArrayList<>(List.of(name));
        while (parser.takeIf(",")) {
            names.add(parser.name());
        }
        if (parser.takeIf("=")) {
            Expression value = parser.tuple();
            parser.end();
            return new Statement.Set(names, value, line);
        }
        parser.end();
        List<Statement> body = body();
        close("endset", line);
        return new Statement.SetBlock(name, body);
    }

    private Statement macro(ExpressionParser parser, int line) {
        String name = parser.name();
        parser.expect("(");
        List<Statement.Macro.Parameter> parameters = new ArrayList<>();
        while (!parser.peek().is(")")) {
            String parameter = parser.name();
            Expression otherwise = parser.takeIf("=") ? parser.expression() : null;
            parameters.add(new Statement.Macro.Parameter(parameter, otherwise));
            if (!parser.takeIf(",")) {
                break;
            }
        }
        parser.expect(")");
        parser.end();
        List<Statement> body = body();
        close("endmacro", line);
        return new Statement.Macro(name, parameters, body);
    }

    private TemplateLexer.Part next(String close, int line) {
        if (at >= parts.size()) {
            throw TemplateException.at(line, "the statement is not closed by \"" + close + "\"");
        }
        return parts.get(at);
    }

    private void close(String close, int line) {
        TemplateLexer.Part part = next(close, line);
        if (!keyword(part).equals(close)) {
            throw TemplateException.at(
                    part.line(),
                    "found \"%s\" where \"%s\" was expected".formatted(keyword(part), close));
        }
        at++;
    }

    private static String keyword(TemplateLexer.Part part) {
        String code = code(part);
        int end = 0;
        while (end < code.length() && Character.isLetter(code.charAt(end))) {
            end++;
        }
        return code.substring(0, end);
    }

    private static String code(TemplateLexer.Part part) {
        return part instanceof TemplateLexer.Part.Statement(String code, int _) ? code : "";
    }
}
