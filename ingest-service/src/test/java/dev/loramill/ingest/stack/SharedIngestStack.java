package dev.loramill.ingest.stack;

import dev.loramill.stack.SharedStack;

/** One {@link IngestStack} for all tests. */
public final class SharedIngestStack extends SharedStack<IngestStack> {
    /** Made by JUnit. */
    public SharedIngestStack() {
        super(IngestStack.class, IngestStack::start);
    }
}
