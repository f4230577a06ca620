package dev.loramill.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Markdown files name is there. */
class MarkdownTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> SKIPPED =
            Set.of("target", ".git", ".loramill", "shared", "node_modules");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
    private static final Pattern COMMAND = Pattern.compile("\\./loramill ([a-z]+)");
    private static final Pattern DECLARED =
            Pattern.compile("name = \"([a-z]+)\"|^ {4}([-a-z| ]+)\\)", Pattern.MULTILINE);

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            LINK.matcher(Files.readString(document))
                    .results()
                    .map(match -> String.valueOf(match.group(1)))
                    .filter(target -> !target.contains("://") && !target.startsWith("mailto:"))
                    .filter(target -> !Files.exists(document.resolveSibling(target)))
                    .forEach(target -> broken.add(ROOT.relativize(document) + " -> " + target));
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyCommandIsThere() throws IOException {
        Set<String> known = commands();
        assertThat(known).contains("up", "demo", "bench", "trainer", "tokenize");
        List<String> unknown = new ArrayList<>();
        for (Path document : documents()) {
            COMMAND.matcher(Files.readString(document))
                    .results()
                    .map(match -> String.valueOf(match.group(1)))
                    .filter(command -> !known.contains(command))
                    .forEach(command -> unknown.add(ROOT.relativize(document) + ": " + command));
        }
        assertThat(unknown).isEmpty();
    }

    /** Those of the launcher, and those that the script hands on. */
    private static Set<String> commands() throws IOException {
        StringBuilder sources = new StringBuilder(Files.readString(ROOT.resolve("loramill")));
        Path cli = ROOT.resolve("deploy/local/src/main/java/dev/loramill/local/cli");
        try (Stream<Path> files = Files.list(cli)) {
            for (Path file : files.sorted().toList()) {
                sources.append(Files.readString(file));
            }
        }
        return DECLARED.matcher(sources)
                .results()
                .flatMap(MarkdownTest::names)
                .collect(Collectors.toSet());
    }

    private static Stream<String> names(MatchResult match) {
        String name = String.valueOf(match.group(match.group(1) != null ? 1 : 2));
        return Stream.of(name.split("[| ]+", -1)).filter(part -> !part.isEmpty());
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        collect(ROOT, documents);
        assertThat(documents).hasSizeGreaterThan(10);
        return documents;
    }

    private static void collect(Path directory, List<Path> documents) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                String name = String.valueOf(entry.getFileName());
                if (Files.isDirectory(entry) && !SKIPPED.contains(name)) {
                    collect(entry, documents);
                } else if (name.endsWith(".md")) {
                    documents.add(entry);
                }
            }
        }
    }
}
