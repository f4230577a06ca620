package dev.loramill.train.announce;

import java.util.Optional;

/** A listener's view of its topic. */
public interface Consumption {
    /** Topic that is consumed. */
    String topic();

    /** What keeps records from taking effect; empty when nothing does. */
    Optional<String> fault();

    /** Number of records that are known and have not taken effect. */
    long lag();
}
