package dev.loramill.llama.jinja;

/**
 * The smallest part of an expression.
 *
 * @param text the name, the operator, the digits, or the value of the string
 */
record ExpressionToken(Kind kind, String text) {
    enum Kind {
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }
}
