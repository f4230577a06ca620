package dev.loramill.local.cli;

import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.DetachedLauncher;
import dev.loramill.local.launch.HomeGuard;
import dev.loramill.local.launch.Launcher;
import dev.loramill.local.launch.LauncherLogs;
import dev.loramill.local.launch.LoramillHome;
import dev.loramill.local.launch.UpOptions;
import java.util.List;
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

    @Option(
            names = "--without",
            paramLabel = "NAME",
            description =
                    "Leave a service out, to run it yourself, for example by ./mvnw quarkus:dev;"
                            + " repeatable. One of ingest, clean, train, worker, serve.")
    private List<String> without = List.of();

    @Option(
            names = "--secured",
            description =
                    "Let Kafka's clients come over TLS, as a cluster would. Passwords, and rights of each"
                            + " service, it has always.")
    private boolean isSecured;

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Console console = Console.standard();
        UpOptions options = new UpOptions(base, UpOptions.services(without), isSecured);
        if (isDetached) {
            LauncherLogs.quiet();
            new DetachedLauncher(home, console).start(options);
        } else {
            HomeGuard.close(home, console);
            LauncherLogs.toFile(home);
            new Launcher(home, options, console).run();
        }
        return 0;
    }
}
