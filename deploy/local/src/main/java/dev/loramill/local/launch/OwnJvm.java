package dev.loramill.local.launch;

import java.util.Objects;

/** The JVM that this program runs in, for children that are to run in another of its kind. */
final class OwnJvm {
    private OwnJvm() {}

    /** The class path; the short form, with wildcards, where the script gave it. */
    static String classPath() {
        String given = System.getProperty("loramill.class.path");
        return given == null ? property("java.class.path") : given;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
