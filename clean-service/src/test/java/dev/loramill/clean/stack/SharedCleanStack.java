package dev.loramill.clean.stack;

import dev.loramill.stack.SharedStack;

/** One {@link CleanStack} for all tests. */
public final class SharedCleanStack extends SharedStack<CleanStack> {
    /** Made by JUnit. */
    public SharedCleanStack() {
        super(CleanStack.class, CleanStack::start);
    }
}
