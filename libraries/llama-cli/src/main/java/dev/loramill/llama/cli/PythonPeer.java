package dev.loramill.llama.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
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

/**
 * The Python side of a comparison: a script of this package, which measures once for each line that
 * it is sent and answers with a line of JSON, so that it takes turns with us.
 */
final class PythonPeer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String script;
    private final Path copy;
    private final Process process;
    private final BufferedReader answers;

    private PythonPeer(String script, Path copy, Process process) {
        this.script = script;
        this.copy = copy;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

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

    /** Starts a script. */
    static PythonPeer start(Path python, String script, String... arguments) throws IOException {
        Path copy = Files.createTempFile("loramill", ".py");
        try (InputStream in =
                Objects.requireNonNull(PythonPeer.class.getResourceAsStream(script), script)) {
            Files.write(copy, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(python.toString(), copy.toString()));
        command.addAll(List.of(arguments));
        return new PythonPeer(
                script,
                copy,
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    private IOException ended() {
        return new IOException(
                "\"%s\" ended without an answer; has the interpreter what it imports?"
                        .formatted(script));
    }

    /** Asks for one measurement of a script that measures one thing. */
    Answer ask() throws IOException {
        return ask("go");
    }

    /**
     * Asks for one measurement.
     *
     * @throws IOException if the script has ended
     */
    Answer ask(String question) throws IOException {
        String line = null;
        try {
            Writer questions = process.outputWriter(StandardCharsets.UTF_8);
            questions.write(question + "\n");
            questions.flush();
            do {
                line = answers.readLine();
            } while (line != null && !line.startsWith("{"));
        } catch (IOException e) {
            // The pipe is broken: the script has ended.
        }
        if (line == null) {
            throw ended();
        }
        return new Answer(JSON.readTree(line));
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(copy);
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
