package dev.loramill.local.demo;

/** A step of the demo did not end well; the message says what to do. */
public final class DemoFailure extends Exception {
    private static final long serialVersionUID = 1;

    DemoFailure(String message) {
        super(message);
    }
}
