package dev.loramill.train.specification;

import dev.loramill.http.RefusedException;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a request, so that a person can mend it in one go. */
final class Faults {
    private final List<Fault> faults = new ArrayList<>();

    private record Fault(String code, String param, String message) {}

    void add(String code, String param, String message) {
        faults.add(new Fault(code, param, message));
    }

    /**
     * Lets a request pass that has no faults.
     *
     * @throws RefusedException with all faults in its message, and code and part of the first
     */
    void refuseIfAny() {
        if (faults.isEmpty()) {
            return;
        }
        Fault first = faults.getFirst();
        throw RefusedException.invalid(
                first.code(),
                first.param(),
                String.join("; ", faults.stream().map(Fault::message).toList()));
    }
}
