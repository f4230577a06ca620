package dev.loramill.llama.jinja;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one rendering may cost: the work it does and the memory of all values it makes, whether they
 * are still in use or not. Whatever makes a value or goes through one pays here first. For the
 * thread that renders; outside of a rendering nothing is counted.
 */
final class Budget {
    static final long MAX_STEPS = 20_000_000;
    static final long MAX_BYTES = 64L << 20;

    /** Bytes of a list or a map, and of a place in it. */
    static final int CONTAINER = 64;

    static final int PLACE = 32;

    private static final ScopedValue<Budget> CURRENT = ScopedValue.newInstance();
    private static final int CHARS_A_STEP = 16;

    private long steps;
    private long bytes;

    /** Runs a rendering that this pays for. */
    <T> T during(Supplier<T> rendering) {
        return ScopedValue.where(CURRENT, this).call(rendering::get);
    }

    static @Nullable Budget current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Pays for work. */
    static void work(long count) {
        Budget budget = current();
        if (budget != null) {
            budget.addSteps(count);
        }
    }

    /** Pays for going through characters once. */
    static void scan(long charCount) {
        work(1 + charCount / CHARS_A_STEP);
    }

    /** Pays for looking for a part in a text, where each place may be compared in full. */
    static void search(long charCount, long partLength) {
        work(1 + charCount / CHARS_A_STEP * (1 + partLength / CHARS_A_STEP));
    }

    /** Pays for the memory of characters. */
    static void chars(long count) {
        Budget budget = current();
        if (budget != null) {
            budget.addBytes(2 * count);
        }
    }

    /** Pays for the memory of a list or a map, and for filling it. */
    static void container(long size) {
        Budget budget = current();
        if (budget != null) {
            budget.addBytes(CONTAINER + PLACE * size);
            budget.addSteps(size);
        }
    }

    /** Pays for another place in a list. */
    static void place() {
        Budget budget = current();
        if (budget != null) {
            budget.addBytes(PLACE);
            budget.addSteps(1);
        }
    }

    void addSteps(long count) {
        steps += count;
        if (steps > MAX_STEPS) {
            throw new TemplateException("chat template: more than " + MAX_STEPS + " steps");
        }
    }

    void addBytes(long count) {
        bytes += count;
        if (bytes > MAX_BYTES) {
            throw new TemplateException(
                    "chat template: its texts and lists are longer than "
                            + MAX_BYTES
                            + " bytes together");
        }
    }

    long steps() {
        return steps;
    }

    long bytes() {
        return bytes;
    }
}
