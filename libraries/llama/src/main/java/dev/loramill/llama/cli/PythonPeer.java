package dev.loramill.llama.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Runs the Python side of a comparison: a script of this package, whose last line is JSON. */
final class PythonPeer {
    private PythonPeer() {}

    /** What the script measured. */
    record Answer(JsonNode json) {
        double number(String field) {
            return required(field).asDouble();
        }

        String text(String field) {
            return required(field).asText();
        }

        private JsonNode required(String field) {
            return Objects.requireNonNull(json.get(field), field);
        }
    }

    static Answer run(Path python, String script, String... arguments)
            throws IOException, InterruptedException {
        Path copy = Files.createTempFile("loramill", ".py");
        try (InputStream in =
                Objects.requireNonNull(PythonPeer.class.getResourceAsStream(script), script)) {
            Files.write(copy, in.readAllBytes());
            List<String> command = new ArrayList<>(List.of(python.toString(), copy.toString()));
            command.addAll(List.of(arguments));
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                String output =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int code = process.waitFor();
                List<String> lines = output.lines().toList();
                if (code != 0 || lines.isEmpty()) {
                    throw new IOException(
                            "%s with %s ended with code %d; has the interpreter what the script imports?"
                                    .formatted(script, python, code));
                }
                return new Answer(new ObjectMapper().readTree(lines.getLast()));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** SHA-256 over all ids as little-endian 32-bit numbers, with -1 after each text. */
    static String digest(List<int[]> ids) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int[] text : ids) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(4 * (text.length + 1))
                                .order(java.nio.ByteOrder.LITTLE_ENDIAN);
                bytes.asIntBuffer().put(text).put(-1);
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
