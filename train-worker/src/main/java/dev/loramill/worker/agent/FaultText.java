package dev.loramill.worker.agent;

import dev.loramill.process.ChildProcess;

/**
 * Text that the control plane is told of a fault: bounded, and without U+0000, which its database
 * refuses.
 */
final class FaultText {
    /** Greatest length of a message, in UTF-16 units. */
    static final int MAX_LENGTH = 4_000;

    /** How much of the end of a log goes into a message, in UTF-16 units. */
    static final int MAX_LOG_LENGTH = 2_000;

    private static final int LOG_LINES = 12;

    private FaultText() {}

    /** What a fault says, from its beginning; never blank. */
    static String of(Throwable fault) {
        String message = fault.getMessage();
        String text = message == null || message.isBlank() ? fault.toString() : message;
        if (text.length() <= MAX_LENGTH) {
            return clean(text);
        }
        boolean isCharacterCut = Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1));
        return clean(text.substring(0, isCharacterCut ? MAX_LENGTH - 1 : MAX_LENGTH));
    }

    /** The last lines of a child's log, blank where it wrote none. */
    static String endOfLog(ChildProcess child) {
        return end(child.logTail(LOG_LINES));
    }

    /** The end of a text. */
    static String end(String text) {
        int from = text.length() - MAX_LOG_LENGTH;
        if (from <= 0) {
            return clean(text);
        }
        boolean isCharacterCut = Character.isLowSurrogate(text.charAt(from));
        return clean(text.substring(isCharacterCut ? from + 1 : from));
    }

    /** What a log ends with, as the end of a sentence. */
    static String sentence(String endOfLog) {
        return endOfLog.isBlank() ? "its log is empty" : "its log ends: " + endOfLog;
    }

    private static String clean(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
