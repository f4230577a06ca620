package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** One rendering of a template, within bounds of steps, depth and length. */
final class Interpreter {
    private static final int MAX_DEPTH = 50;

    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Scope globals;
    private final Budget budget;
    private int depth;

    Interpreter(Scope globals, Budget budget) {
        this.globals = globals;
        this.budget = budget;
    }

    Text render(List<Statement> statements) {
        return budget.during(() -> renderPaid(statements));
    }

    private Text renderPaid(List<Statement> statements) {
        Text.Builder out = new Text.Builder();
        try {
            run(statements, globals, out);
        } catch (StackOverflowError e) {
            // A sum of many thousand terms is as deep as it is long.
            throw new TemplateException("chat template: an expression is too long");
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | NoSuchElementException
                | ArithmeticException
                | ClassCastException
                | UnsupportedOperationException e) {
            // Whatever a template from a file can bring about is a fault of the template.
            throw new TemplateException("chat template: " + e.getMessage());
        }
        return out.build();
    }

    private Flow run(List<Statement> statements, Scope scope, Text.Builder out) {
        for (Statement statement : statements) {
            Flow flow = run(statement, scope, out);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow run(Statement statement, Scope scope, Text.Builder out) {
        step();
        return switch (statement) {
            case Statement.Plain(Text text) -> {
                out.append(text);
                yield Flow.NEXT;
            }
            case Statement.Output(Expression expression, int _) -> {
                out.append(Operators.print(evaluate(expression, scope)));
                yield Flow.NEXT;
            }
            case Statement.If(List<Statement.If.Branch> branches, List<Statement> otherwise) -> {
                for (Statement.If.Branch branch : branches) {
                    if (Operators.truth(evaluate(branch.test(), scope))) {
                        yield run(branch.body(), scope, out);
                    }
                }
                yield run(otherwise, scope, out);
            }
            case Statement.For loop -> {
                runLoop(loop, scope, out);
                yield Flow.NEXT;
            }
            case Statement.Set(List<String> names, Expression value, int line) -> {
                assign(names, evaluate(value, scope), scope, line);
                yield Flow.NEXT;
            }
            case Statement.SetAttribute(
                            String name,
                            Text attribute,
                            Expression value,
                            int line) -> {
                if (!(scope.get(name) instanceof Namespace namespace)) {
                    throw TemplateException.at(line, "\"" + name + "\" is no namespace");
                }
                namespace.set(attribute, evaluate(value, scope));
                yield Flow.NEXT;
            }
            case Statement.SetBlock(String name, List<Statement> body) -> {
                Text.Builder inner = new Text.Builder();
                run(body, new Scope(scope), inner);
                scope.set(name, inner.build());
                yield Flow.NEXT;
            }
            case Statement.Macro macro -> {
                scope.set(macro.name(), macro(macro, scope));
                yield Flow.NEXT;
            }
            case Statement.Block(List<Statement> body) -> run(body, scope, out);
            case Statement.Break() -> Flow.BREAK;
            case Statement.Continue() -> Flow.CONTINUE;
        };
    }

    private void step() {
        budget.addSteps(1);
    }

    private void runLoop(Statement.For loop, Scope scope, Text.Builder out) {
        Object iterable = evaluate(loop.iterable(), scope);
        // Nothing in a template changes a list.
        List<? extends @Nullable Object> elements =
                iterable instanceof List<?> list ? list : Operators.elements(iterable);
        Expression condition = loop.condition();
        if (condition != null) {
            List<@Nullable Object> kept = new ArrayList<>();
            for (Object element : elements) {
                Scope inner = new Scope(scope);
                assign(loop.targets(), element, inner, loop.line());
                if (Operators.truth(evaluate(condition, inner))) {
                    kept.add(element);
                }
            }
            elements = kept;
        }
        budget.addSteps(elements.size());
        if (elements.isEmpty()) {
            run(loop.otherwise(), scope, out);
            return;
        }
        LoopState state = new LoopState(elements);
        for (int i = 0; i < elements.size(); i++) {
            state.index = i;
            Scope inner = new Scope(scope);
            inner.set("loop", state);
            assign(loop.targets(), elements.get(i), inner, loop.line());
            if (run(loop.body(), inner, out) == Flow.BREAK) {
                return;
            }
        }
    }

    private static void assign(List<String> names, @Nullable Object value, Scope scope, int line) {
        if (names.size() == 1) {
            scope.set(names.getFirst(), value);
            return;
        }
        List<@Nullable Object> values = Operators.elements(value);
        if (values.size() != names.size()) {
            throw TemplateException.at(
                    line, names.size() + " names stand for " + values.size() + " values");
        }
        for (int i = 0; i < names.size(); i++) {
            scope.set(names.get(i), values.get(i));
        }
    }

    private Callable macro(Statement.Macro macro, Scope scope) {
        // It keeps all variables of its place.
        budget.addBytes(4 * Budget.CONTAINER);
        return arguments -> {
            if (++depth > MAX_DEPTH) {
                throw new TemplateException(
                        "chat template: macros call each other deeper than " + MAX_DEPTH);
            }
            Scope inner = new Scope(scope);
            for (int i = 0; i < macro.parameters().size(); i++) {
                Statement.Macro.Parameter parameter = macro.parameters().get(i);
                Expression otherwise = parameter.otherwise();
                inner.set(
                        parameter.name(),
                        arguments.has(i, parameter.name())
                                ? arguments.get(i, parameter.name())
                                : otherwise == null
                                        ? new Undefined(parameter.name())
                                        : evaluate(otherwise, inner));
            }
            Text.Builder out = new Text.Builder();
            run(macro.body(), inner, out);
            depth--;
            return out.build();
        };
    }

    private @Nullable Object evaluate(Expression expression, Scope scope) {
        step();
        return switch (expression) {
            case Expression.Constant(Object value) -> value;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.Attribute(Expression target, Text name) ->
                    Attributes.attribute(evaluate(target, scope), name);
            case Expression.Item(Expression target, Expression index) ->
                    Attributes.item(evaluate(target, scope), evaluate(index, scope));
            case Expression.Slice(
                            Expression target,
                            Expression from,
                            Expression to,
                            Expression step) ->
                    Attributes.slice(
                            evaluate(target, scope),
                            from == null ? null : evaluate(from, scope),
                            to == null ? null : evaluate(to, scope),
                            step == null ? null : evaluate(step, scope));
            case Expression.Call(Expression target, Expression.Arguments arguments) -> {
                Object function = evaluate(target, scope);
                if (!(function instanceof Callable callable)) {
                    throw new TemplateException(
                            "chat template: " + Operators.kind(function) + " cannot be called");
                }
                yield callable.call(arguments("a call", arguments, scope));
            }
            case Expression.Filter(
                            Expression target,
                            String name,
                            Expression.Arguments arguments) ->
                    Filters.apply(name, evaluate(target, scope), arguments(name, arguments, scope));
            case Expression.Test(Expression target, String name, Expression.Arguments arguments) ->
                    ValueTests.test(
                            name,
                            evaluate(target, scope),
                            arguments(name, arguments, scope).positional());
            case Expression.Not(Expression operand) -> !Operators.truth(evaluate(operand, scope));
            case Expression.Negative(Expression operand) ->
                    Operators.arithmetic("-", 0L, evaluate(operand, scope));
            case Expression.Binary(String operator, Expression left, Expression right) ->
                    Operators.arithmetic(operator, evaluate(left, scope), evaluate(right, scope));
            case Expression.And(Expression left, Expression right) -> {
                Object value = evaluate(left, scope);
                yield Operators.truth(value) ? evaluate(right, scope) : value;
            }
            case Expression.Or(Expression left, Expression right) -> {
                Object value = evaluate(left, scope);
                yield Operators.truth(value) ? value : evaluate(right, scope);
            }
            case Expression.Comparison comparison -> compare(comparison, scope);
            case Expression.Conditional(Expression test, Expression then, Expression otherwise) -> {
                if (Operators.truth(evaluate(test, scope))) {
                    yield evaluate(then, scope);
                }
                yield otherwise == null
                        ? new Undefined("the else of a condition")
                        : evaluate(otherwise, scope);
            }
            case Expression.ListOf(List<Expression> elements) -> evaluate(elements, scope);
            case Expression.DictOf(List<Expression> keys, List<Expression> values) -> {
                Budget.container(2L * keys.size());
                Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
                for (int i = 0; i < keys.size(); i++) {
                    map.put(
                            Operators.key(evaluate(keys.get(i), scope)),
                            evaluate(values.get(i), scope));
                }
                yield map;
            }
        };
    }

    private List<@Nullable Object> evaluate(List<Expression> expressions, Scope scope) {
        if (!expressions.isEmpty()) {
            Budget.container(expressions.size());
        }
        List<@Nullable Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private CallArguments arguments(String function, Expression.Arguments arguments, Scope scope) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        return new CallArguments(function, evaluate(arguments.positional(), scope), named);
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Expression.Comparison.Step step : comparison.steps()) {
            Object right = evaluate(step.right(), scope);
            if (!Operators.compare(step.operator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }
}
