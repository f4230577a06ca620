package dev.loramill.local.launch;

import java.io.IOException;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Sends what the broker and the libraries log to a file, so that the console is for people. */
public final class LauncherLogs {
    private static final String FORMAT = "%1$tF %1$tT.%1$tL %4$s %3$s %5$s%6$s%n";

    private LauncherLogs() {}

    /** Writes warnings and worse to {@code logs/kafka.log}. */
    public static void toFile(LoramillHome home) throws IOException {
        LogFile.prepare(home.log(Ports.KAFKA));
        System.setProperty("java.util.logging.SimpleFormatter.format", FORMAT);
        Handler handler = new FileHandler(home.log(Ports.KAFKA).toString(), true);
        handler.setFormatter(new SimpleFormatter());
        root(handler);
    }

    /** Drops everything below severe. */
    public static void quiet() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.SEVERE);
    }

    private static void root(Handler handler) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        root.setLevel(Level.WARNING);
    }
}
