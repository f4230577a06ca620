package dev.loramill.train.stack;

import dev.loramill.stack.SharedStack;

/** One {@link TrainStack} for all tests. */
public final class SharedTrainStack extends SharedStack<TrainStack> {
    /** Made by JUnit. */
    public SharedTrainStack() {
        super(TrainStack.class, TrainStack::start);
    }
}
