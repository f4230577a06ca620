package dev.loramill.process;

import java.io.IOException;

/** Takes the lines that a child process writes. */
@FunctionalInterface
public interface LineHandler {
    /** Takes the next line, without its end. */
    void accept(String line) throws IOException, InterruptedException;
}
