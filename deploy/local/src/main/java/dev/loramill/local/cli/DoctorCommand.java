package dev.loramill.local.cli;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.llama.natives.NativeFiles;
import dev.loramill.llama.natives.NativesException;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.natives.UnsupportedPlatformException;
import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.LoramillHome;
import dev.loramill.local.launch.Ports;
import dev.loramill.local.launch.RunState;
import dev.loramill.local.launch.Service;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Says whether this machine has what Loramill needs. */
@Command(
        name = "doctor",
        description =
                "Check this machine: JDK, memory, disk, ports, libraries, the trainer's device, base model.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing is missing", "1:something must be changed"},
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final long GIBIBYTE = 1L << 30;
    private static final double MIN_MEMORY_GIB = 6;
    private static final double MIN_DISK_GIB = 5;
    private static final int MIN_JAVA = 25;

    private final Console console = Console.standard();
    private boolean isHealthy = true;

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Files.createDirectories(home.directory());
        checkJava();
        checkMachine(home);
        checkPrograms();
        checkPorts(home);
        checkBuild(home);
        checkNatives();
        checkTrainer(home);
        checkModel(home);
        return isHealthy ? 0 : 1;
    }

    private void checkJava() {
        int version = Runtime.version().feature();
        report(
                version >= MIN_JAVA ? Verdict.GOOD : Verdict.BAD,
                "JDK",
                Runtime.version() + " in " + System.getProperty("java.home"),
                "needs 25 or newer; set JAVA_HOME");
    }

    private void checkMachine(LoramillHome home) throws IOException {
        String system = System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "");
        report(
                system.equals("Linux amd64") ? Verdict.GOOD : Verdict.BAD,
                "system",
                system,
                "libtorch and PostgreSQL come for Linux on x86-64 only");
        int processors = Runtime.getRuntime().availableProcessors();
        report(
                processors >= 2 ? Verdict.GOOD : Verdict.DOUBTFUL,
                "processors",
                Integer.toString(processors),
                "two or more are wanted");
        double memory = memoryBytes() / (double) GIBIBYTE;
        report(
                memory >= MIN_MEMORY_GIB ? Verdict.GOOD : Verdict.DOUBTFUL,
                "memory",
                gibibytes(memory),
                "%s are wanted for a 135 M base".formatted(gibibytes(MIN_MEMORY_GIB)));
        double disk = Files.getFileStore(home.directory()).getUsableSpace() / (double) GIBIBYTE;
        report(
                disk >= MIN_DISK_GIB ? Verdict.GOOD : Verdict.BAD,
                "disk",
                gibibytes(disk) + " free in " + home.directory(),
                "%s are wanted; LORAMILL_HOME moves the data".formatted(gibibytes(MIN_DISK_GIB)));
    }

    private void checkPrograms() {
        report(
                hasProgram("npm") ? Verdict.GOOD : Verdict.DOUBTFUL,
                "npm",
                hasProgram("npm") ? "there" : "missing",
                "./loramill up fetches llama.cpp with it, once; without it: ./loramill natives fetch --archive FILE");
        boolean hasPip = hasProgram("pip") || hasProgram("pip3") || hasProgram("python3");
        report(
                hasPip ? Verdict.GOOD : Verdict.DOUBTFUL,
                "pip",
                hasPip ? "there" : "missing",
                "without it the base must be brought: ./loramill up --base PATH");
        boolean hasOpenMp = hasLibrary("libgomp.so.1");
        report(
                hasOpenMp ? Verdict.GOOD : Verdict.DOUBTFUL,
                "libgomp",
                hasOpenMp ? "there" : "missing",
                "java-llama.cpp needs it: apt-get install libgomp1");
    }

    private void checkPorts(LoramillHome home) throws IOException {
        boolean isRunning = RunState.read(home).isPresent();
        List<String> names = new ArrayList<>(Service.labels());
        names.add(Ports.KAFKA);
        names.add(Ports.POSTGRES);
        List<String> taken = new ArrayList<>();
        for (String name : names) {
            if (!Ports.isFree(home.ports().of(name))) {
                taken.add(
                        "%d for %s (moved by %s)"
                                .formatted(home.ports().of(name), name, Ports.variable(name)));
            }
        }
        if (isRunning) {
            report(Verdict.GOOD, "ports", "Loramill is running on them", "");
        } else {
            report(
                    taken.isEmpty() ? Verdict.GOOD : Verdict.BAD,
                    "ports",
                    taken.isEmpty() ? "all free" : "taken: " + String.join(", ", taken),
                    "end the programs that hold them, or move ports");
        }
    }

    private void checkBuild(LoramillHome home) {
        List<String> missing =
                Stream.of(Service.values())
                        .filter(service -> !Files.exists(home.jar(service)))
                        .map(Service::label)
                        .toList();
        report(
                missing.isEmpty() ? Verdict.GOOD : Verdict.BAD,
                "services",
                missing.isEmpty() ? "built" : "not built: " + String.join(", ", missing),
                "./loramill up builds them");
    }

    private void checkNatives() {
        try {
            NativesSource source = NativesLookup.look().orElse(null);
            switch (source) {
                case null ->
                        report(
                                hasProgram("npm") ? Verdict.DOUBTFUL : Verdict.BAD,
                                "llama.cpp",
                                "not fetched yet",
                                "./loramill up fetches it with npm");
                case NativesSource.FetchedBuild build -> {
                    NativeFiles.check(build);
                    report(Verdict.GOOD, "llama.cpp", source.describe(), "");
                }
                case NativesSource.JavaLlamaJar() ->
                        report(
                                Verdict.DOUBTFUL,
                                "llama.cpp",
                                source.describe(),
                                "asked for by name; it is of March 2025, slower, and takes adapters"
                                        + " on F16 and Q8_0 bases only");
            }
        } catch (NativesException | UnsupportedPlatformException e) {
            report(Verdict.BAD, "llama.cpp", "unusable", String.valueOf(e.getMessage()));
        }
    }

    private void checkTrainer(LoramillHome home) throws IOException {
        TrainingDevice device = TrainingDevice.of(home);
        report(
                device.advice().isEmpty() ? Verdict.GOOD : Verdict.DOUBTFUL,
                "trainer",
                device.found(),
                device.advice());
    }

    private void checkModel(LoramillHome home) throws IOException {
        List<String> bases =
                BaseCatalogue.read(home.bases()).all().stream().map(BaseModel::id).toList();
        report(
                bases.isEmpty() ? Verdict.DOUBTFUL : Verdict.GOOD,
                "bases",
                bases.isEmpty() ? "none yet" : String.join(", ", bases),
                "./loramill up fetches " + UpCommand.DEFAULT_BASE);
    }

    private enum Verdict {
        GOOD("ok"),
        DOUBTFUL("hm"),
        BAD("NO");

        private final String mark;

        Verdict(String mark) {
            this.mark = mark;
        }
    }

    private void report(Verdict verdict, String thing, String found, String advice) {
        isHealthy &= verdict != Verdict.BAD;
        console.line(
                "%s  %-10s %s%s"
                        .formatted(
                                verdict.mark,
                                thing,
                                found,
                                verdict == Verdict.GOOD ? "" : " — " + advice));
    }

    private static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private static boolean hasProgram(String name) {
        for (String directory :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasLibrary(String name) {
        return Stream.of("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/lib/x86_64-linux-gnu")
                .anyMatch(directory -> Files.exists(Path.of(directory, name)));
    }

    private static String gibibytes(double value) {
        return String.format(Locale.ROOT, "%.1f GiB", value);
    }
}
