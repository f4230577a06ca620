package dev.loramill.fuzzing;

/** What a program says of an input; anything else is a fault of the program. */
public enum Verdict {
    /** It took the input. */
    ACCEPTED,

    /** It refused the input in the way that it promises. */
    REFUSED
}
