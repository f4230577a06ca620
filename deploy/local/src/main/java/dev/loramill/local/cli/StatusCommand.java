package dev.loramill.local.cli;

import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.LoramillHome;
import dev.loramill.local.launch.Ports;
import dev.loramill.local.launch.Readiness;
import dev.loramill.local.launch.RunState;
import dev.loramill.local.launch.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows what runs. */
@Command(
        name = "status",
        description = "Show what runs, on which port, how it is and for how long.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:everything is ready", "1:something is not ready", "3:nothing runs"},
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_READY = 1;
    private static final int NOT_RUNNING = 3;
    private static final String ROW = "%-9s %8s %6s  %-10s %-10s %s";

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Console console = Console.standard();
        Optional<RunState> found = RunState.read(home);
        if (found.isEmpty()) {
            console.line("Loramill is not running; start it by ./loramill up");
            return NOT_RUNNING;
        }
        RunState state = found.get();
        home = state.at(home);
        console.line(
                "Loramill is %s (launcher pid %d), base %s, data in %s"
                        .formatted(
                                state.phase().name().toLowerCase(Locale.ROOT),
                                state.pid(),
                                state.base(),
                                home.directory()));
        console.line(ROW.formatted("service", "pid", "port", "health", "uptime", "restarts"));
        boolean isReady = true;
        try (Readiness readiness = new Readiness()) {
            for (RunState.ServiceState service : state.services()) {
                String health = health(readiness, home, service);
                isReady &= health.equals("ready");
                console.line(
                        ROW.formatted(
                                        service.name(),
                                        service.pid() == 0 ? "-" : service.pid(),
                                        service.port(),
                                        health,
                                        uptime(service.pid()),
                                        service.restarts() == 0 ? "" : service.restarts())
                                .stripTrailing());
            }
        }
        for (String name : state.leftOut()) {
            int port = home.ports().of(name);
            console.line(
                    ROW.formatted(
                                    name,
                                    "-",
                                    port,
                                    "left out",
                                    "-",
                                    Ports.isFree(port) ? "" : "somebody listens")
                            .stripTrailing());
        }
        isReady &= server(console, home, Ports.KAFKA, state.pid());
        isReady &= server(console, home, Ports.POSTGRES, 0);
        return isReady && state.phase() == RunState.Phase.RUNNING ? 0 : NOT_READY;
    }

    private static String health(
            Readiness readiness, LoramillHome home, RunState.ServiceState service)
            throws InterruptedException {
        if (service.pid() == 0) {
            return "restarting";
        }
        Service known = Service.named(service.name()).orElseThrow();
        return switch (readiness.ask(home.address(known).resolve("/q/health/ready"))) {
            case READY -> "ready";
            case NOT_READY -> "not ready";
            case NONE -> "silent";
        };
    }

    private static boolean server(Console console, LoramillHome home, String name, long pid) {
        int port = home.ports().of(name);
        boolean isOpen = !Ports.isFree(port);
        console.line(
                ROW.formatted(
                                name,
                                pid == 0 ? "-" : pid,
                                port,
                                isOpen ? "ready" : "silent",
                                uptime(pid),
                                "")
                        .stripTrailing());
        return isOpen;
    }

    private static String uptime(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().startInstant())
                .map(start -> describe(Duration.between(start, Instant.now())))
                .orElse("-");
    }

    static String describe(Duration duration) {
        if (duration.toHours() > 0) {
            return "%d h %02d min".formatted(duration.toHours(), duration.toMinutesPart());
        }
        return duration.toMinutes() > 0
                ? "%d min %02d s".formatted(duration.toMinutes(), duration.toSecondsPart())
                : duration.toSeconds() + " s";
    }
}
