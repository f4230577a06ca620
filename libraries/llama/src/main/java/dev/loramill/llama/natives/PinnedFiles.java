package dev.loramill.llama.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The library files of one platform's current build, each with its SHA-256. */
final class PinnedFiles {
    private static final Pattern LIBRARY = Pattern.compile(".*\\.(so|dylib|dll)");

    private final Map<String, String> digests;

    private PinnedFiles(Map<String, String> digests) {
        this.digests = digests;
    }

    /** Reads the list that is shipped for a platform. */
    static PinnedFiles of(Platform platform) {
        String resource = platform.label() + ".sha256";
        try (InputStream in = PinnedFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource \"" + resource + "\" is missing");
            }
            Map<String, String> digests = new LinkedHashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.length() > 66)
                    .forEach(line -> digests.put(line.substring(66), line.substring(0, 64)));
            return new PinnedFiles(digests);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Set<String> names() {
        return digests.keySet();
    }

    /**
     * Compares a directory with the list: sentences on each missing, foreign or altered library;
     * empty if all is well.
     */
    List<String> differences(Path directory) throws IOException {
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, String> entry : digests.entrySet()) {
            Path file = directory.resolve(entry.getKey());
            if (!Files.isRegularFile(file)) {
                differences.add("\"" + entry.getKey() + "\" is missing");
                continue;
            }
            String digest = sha256(file);
            if (!digest.equals(entry.getValue())) {
                differences.add(
                        "\"%s\" has SHA-256 %s, pinned is %s"
                                .formatted(entry.getKey(), digest, entry.getValue()));
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> directory.relativize(file).toString())
                    .filter(name -> LIBRARY.matcher(name).matches())
                    .filter(name -> !digests.containsKey(name))
                    .sorted()
                    .forEach(
                            name -> differences.add("\"" + name + "\" is not of the pinned build"));
        }
        return differences;
    }

    static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
