package dev.loramill.fuzzing;

/** Gives a program an input and looks at what comes of it. */
@FunctionalInterface
public interface FuzzJudge {
    /**
     * Tells whether the input was taken or refused.
     *
     * @throws Exception or any {@link Throwable} where the program did neither, or something that
     *     it must not do
     */
    Verdict judge(byte[] input) throws Exception;
}
