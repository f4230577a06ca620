package dev.loramill.llama.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed part of a template. */
sealed interface Statement {
    /** Text that stands in the template. */
    record Plain(Text text) implements Statement {}

    /** {@code {{ expression }}}. */
    record Output(Expression expression, int line) implements Statement {}

    /** {@code if} with its {@code elif}s and {@code else}. */
    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {
        record Branch(Expression test, List<Statement> body, int line) {}
    }

    /** {@code for targets in iterable if condition}. */
    record For(
            List<String> targets,
            Expression iterable,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    /** {@code set names = value}. */
    record Set(List<String> names, Expression value, int line) implements Statement {}

    /** {@code set namespace.attribute = value}. */
    record SetAttribute(String namespace, Text attribute, Expression value, int line)
            implements Statement {}

    /** {@code set name} with a body up to {@code endset}. */
    record SetBlock(String name, List<Statement> body) implements Statement {}

    /** {@code macro name(parameters)}. */
    record Macro(String name, List<Parameter> parameters, List<Statement> body)
            implements Statement {
        record Parameter(String name, @Nullable Expression otherwise) {}
    }

    /** A body without a meaning of its own, such as that of {@code generation}. */
    record Block(List<Statement> body) implements Statement {}

    /** {@code break}. */
    record Break() implements Statement {}

    /** {@code continue}. */
    record Continue() implements Statement {}
}
