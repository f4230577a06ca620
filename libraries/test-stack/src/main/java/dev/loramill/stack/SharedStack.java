package dev.loramill.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives all tests of a module one stack, which is stopped after the last of them.
 *
 * @param <S> the module's stack
 */
public abstract class SharedStack<S extends ServiceStack> implements ParameterResolver {
    private final Class<S> type;
    private final Start<S> start;

    /** An extension for a kind of stack. */
    protected SharedStack(Class<S> type, Start<S> start) {
        this.type = type;
        this.start = start;
    }

    /** Starts a stack and waits until it is ready. */
    @FunctionalInterface
    protected interface Start<S> {
        S start() throws IOException;
    }

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public final Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(type))
                .computeIfAbsent(type, _ -> started(), type);
    }

    private S started() {
        try {
            return start.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
