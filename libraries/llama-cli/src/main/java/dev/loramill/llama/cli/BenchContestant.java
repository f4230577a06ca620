package dev.loramill.llama.cli;

import java.io.IOException;

/** One that takes its turn in reading a prompt and generating tokens. */
interface BenchContestant extends AutoCloseable {
    /** Tokens of the prompt. */
    int PROMPT_TOKENS = 512;

    /** Tokens to generate. */
    int GENERATED_TOKENS = 96;

    /**
     * One measurement.
     *
     * @param prefill tokens of the prompt read in a second
     * @param decode tokens generated in a second
     */
    record Speed(double prefill, double decode) {}

    String name();

    Speed measure() throws IOException;

    @Override
    void close() throws IOException;
}
