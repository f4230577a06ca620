package dev.loramill.local.cli;

import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.DetachedLauncher;
import dev.loramill.local.launch.LoramillHome;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stops everything. */
@Command(
        name = "down",
        description = "Stop everything in order; data stays.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Console console = Console.standard();
        boolean hasRun = new DetachedLauncher(LoramillHome.of(System.getenv()), console).stop();
        console.line(hasRun ? "Loramill is down." : "Loramill was not running.");
        return 0;
    }
}
