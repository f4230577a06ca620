package dev.loramill.trainer.model;

import java.util.List;
import java.util.function.Function;

/**
 * One thing for each linear group of a block.
 *
 * @param queryKeyValue of the projections before attention
 * @param output of the projection after attention
 * @param gateUp of the first half of the feed-forward part
 * @param down of its second half
 */
record PerGroup<T>(T queryKeyValue, T output, T gateUp, T down) {

    /** Makes one for each group. */
    <R> PerGroup<R> map(Function<? super T, ? extends R> function) {
        return new PerGroup<>(
                function.apply(queryKeyValue),
                function.apply(output),
                function.apply(gateUp),
                function.apply(down));
    }

    T get(LinearGroup.Role role) {
        return switch (role) {
            case QUERY_KEY_VALUE -> queryKeyValue;
            case OUTPUT -> output;
            case GATE_UP -> gateUp;
            case DOWN -> down;
        };
    }

    List<T> all() {
        return List.of(queryKeyValue, output, gateUp, down);
    }
}
