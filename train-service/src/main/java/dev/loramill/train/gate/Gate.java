package dev.loramill.train.gate;

/** Decides whether an adapter goes live, from what was measured. */
@FunctionalInterface
public interface Gate {
    /** Judges what was measured; the same measurement gets the same verdict. */
    Verdict judge(Measurement measurement);
}
