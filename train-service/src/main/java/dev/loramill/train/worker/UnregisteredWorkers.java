package dev.loramill.train.worker;

import java.util.HashSet;
import java.util.Set;

/** Ids in whose name somebody beats who is not registered, as far as the log has told of them. */
final class UnregisteredWorkers {
    /** Whoever invents more is not told of, so that neither memory nor log grows. */
    private static final int MOST = 1_000;

    private final Set<String> told = new HashSet<>();

    /** Notes an id; returns whether it is to be told of. */
    synchronized boolean add(String workerId) {
        return told.size() < MOST && told.add(workerId);
    }
}
