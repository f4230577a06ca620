package dev.loramill.local.cli;

import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.DetachedLauncher;
import dev.loramill.local.launch.Launcher;
import dev.loramill.local.launch.LauncherLogs;
import dev.loramill.local.launch.LoramillHome;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts everything. */
@Command(
        name = "up",
        description = "Start Kafka, PostgreSQL and all services, and stop them in order on Ctrl-C.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    static final String DEFAULT_BASE = "smollm2-135m-instruct";

    @Option(
            names = {"-d", "--detach"},
            description = "Return when everything is ready, and leave it running.")
    private boolean isDetached;

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Option(
            names = "--base",
            paramLabel = "ID|PATH",
            defaultValue = DEFAULT_BASE,
            description =
                    "Base model to serve: an id, or a GGUF file. Default: ${DEFAULT-VALUE},"
                            + " which is fetched by pip when it is not here yet.")
    private String base;

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Console console = Console.standard();
        if (isDetached) {
            LauncherLogs.quiet();
            new DetachedLauncher(home, console).start(base);
        } else {
            LauncherLogs.toFile(home);
            new Launcher(home, base, console).run();
        }
        return 0;
    }
}
