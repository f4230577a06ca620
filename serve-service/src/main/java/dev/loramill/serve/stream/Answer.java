package dev.loramill.serve.stream;

/** An answer on its way. One thread takes the events; any thread may cancel. */
public interface Answer {
    /** The next event; waits for it. */
    AnswerEvent next() throws InterruptedException;

    /** Nobody wants the rest. */
    void cancel();
}
