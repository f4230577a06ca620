package dev.loramill.local.cli;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.local.launch.Console;
import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.LoramillHome;
import dev.loramill.local.launch.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Deletes all data. */
@Command(
        name = "reset",
        description =
                "Delete all datasets, jobs, adapters and events. Base models, native libraries"
                        + " and build tools stay, unless --all is given.",
        mixinStandardHelpOptions = true)
final class ResetCommand implements Callable<Integer> {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean isConfirmed;

    @Option(names = "--all", description = "Delete base models and native libraries too.")
    private boolean isComplete;

    @Override
    public Integer call() throws Exception {
        LoramillHome home = LoramillHome.of(System.getenv());
        Console console = Console.standard();
        if (RunState.read(home).isPresent()) {
            throw new LaunchException("Loramill is running; stop it first by ./loramill down");
        }
        if (!isConfirmed) {
            java.io.Console person = System.console();
            String answer =
                    person == null
                            ? null
                            : person.readLine(
                                    "Delete all data in %s? Type yes: ", home.directory());
            if (!"yes".equals(answer)) {
                throw new LaunchException("nothing was deleted; --yes deletes without asking");
            }
        }
        Set<String> kept =
                isComplete
                        ? Set.of()
                        : BaseCatalogue.read(home.bases()).all().stream()
                                .map(BaseModel::sha256)
                                .collect(Collectors.toSet());
        for (Path directory :
                List.of(
                        home.kafka(),
                        home.postgresData(),
                        home.cleanState(),
                        home.worker(),
                        home.directory().resolve("downloads"))) {
            delete(directory, Set.of());
        }
        delete(home.artifacts(), kept);
        if (isComplete) {
            Files.deleteIfExists(home.bases());
            delete(home.directory().resolve("natives"), Set.of());
            delete(home.postgresPrograms(), Set.of());
        }
        console.line("All data in %s is deleted.".formatted(home.directory()));
        return 0;
    }

    private static void delete(Path directory, Set<String> keptNames) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            boolean isKept = keptNames.contains(String.valueOf(file.getFileName()));
            if (!isKept && !(Files.isDirectory(file) && hasEntries(file))) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static boolean hasEntries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isPresent();
        }
    }
}
