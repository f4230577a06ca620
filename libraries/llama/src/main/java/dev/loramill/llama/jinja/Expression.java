package dev.loramill.llama.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed expression. */
sealed interface Expression {
    /** A constant. */
    record Constant(@Nullable Object value) implements Expression {}

    /** A variable. */
    record Name(String name) implements Expression {}

    /** {@code target.name}. */
    record Attribute(Expression target, Text name) implements Expression {}

    /** {@code target[index]}. */
    record Item(Expression target, Expression index) implements Expression {}

    /** {@code target[from:to:step]}. */
    record Slice(
            Expression target,
            @Nullable Expression from,
            @Nullable Expression to,
            @Nullable Expression step)
            implements Expression {}

    /** {@code target(arguments)}. */
    record Call(Expression target, Arguments arguments) implements Expression {}

    /** {@code target|name(arguments)}. */
    record Filter(Expression target, String name, Arguments arguments) implements Expression {}

    /** {@code target is name(arguments)}. */
    record Test(Expression target, String name, Arguments arguments) implements Expression {}

    /** {@code not operand}. */
    record Not(Expression operand) implements Expression {}

    /** {@code -operand}. */
    record Negative(Expression operand) implements Expression {}

    /** Arithmetic, and {@code ~}. */
    record Binary(String operator, Expression left, Expression right) implements Expression {}

    /** {@code left and right}. */
    record And(Expression left, Expression right) implements Expression {}

    /** {@code left or right}. */
    record Or(Expression left, Expression right) implements Expression {}

    /** {@code first < second <= third ...}. */
    record Comparison(Expression first, List<Step> steps) implements Expression {
        record Step(String operator, Expression right) {}
    }

    /** {@code then if test else otherwise}. */
    record Conditional(Expression test, Expression then, @Nullable Expression otherwise)
            implements Expression {}

    /** {@code [a, b]}, and {@code (a, b)}. */
    record ListOf(List<Expression> elements) implements Expression {}

    /** {@code {a: b}}. */
    record DictOf(List<Expression> keys, List<Expression> values) implements Expression {}

    /** What a call, filter or test is given. */
    record Arguments(List<Expression> positional, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }
}
