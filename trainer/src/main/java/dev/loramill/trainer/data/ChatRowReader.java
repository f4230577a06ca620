package dev.loramill.trainer.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.llama.template.ChatMessage;
import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.storage.FileDigest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Reads rows of {@code messages} from files of JSON lines. */
public final class ChatRowReader {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_FAULTS = 10;

    private ChatRowReader() {}

    /**
     * Reads all rows of some files in order; empty lines are passed over.
     *
     * @throws InvalidJobException naming the first faulty lines, or that there is no row at all
     */
    public static List<ChatRow> read(List<Path> files) throws IOException {
        List<ChatRow> rows = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (Path file : files) {
            read(file, rows, faults);
        }
        if (!faults.isEmpty()) {
            throw new InvalidJobException(faults);
        }
        if (rows.isEmpty()) {
            throw new InvalidJobException(files + " must hold at least one row, got none");
        }
        return rows;
    }

    private static void read(Path file, List<ChatRow> rows, List<String> faults)
            throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                String place = file + ":" + number;
                try {
                    rows.add(row(line, place));
                } catch (JacksonException e) {
                    faults.add(place + " is not JSON: " + e.getOriginalMessage());
                } catch (IllegalArgumentException e) {
                    faults.add(place + ": " + e.getMessage());
                }
                if (faults.size() >= MOST_FAULTS) {
                    return;
                }
            }
        } catch (MalformedInputException e) {
            faults.add("\"" + file + "\" is not UTF-8");
        }
    }

    private static ChatRow row(String line, String place) throws JacksonException {
        JsonNode tree = JSON.readTree(line);
        JsonNode list = tree.path("messages");
        if (!list.isArray() || list.isEmpty()) {
            throw new IllegalArgumentException("a row must have a list of \"messages\"");
        }
        List<ChatMessage> messages = new ArrayList<>();
        boolean hasAnswer = false;
        for (JsonNode message : list) {
            if (!message.path("role").isTextual() || !message.path("content").isTextual()) {
                throw new IllegalArgumentException(
                        "each message must have a \"role\" and a \"content\" of text, got fields "
                                + names(message));
            }
            String role = message.path("role").textValue();
            messages.add(ChatMessage.of(role, message.path("content").textValue()));
            hasAnswer |= role.equals(ChatMessage.ASSISTANT);
        }
        if (!hasAnswer) {
            throw new IllegalArgumentException("a row must have an answer of the assistant");
        }
        String digest = tree.path("digest").asText("");
        return new ChatRow(messages, digest.isEmpty() ? digest(line) : digest, place);
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String digest(String line) {
        MessageDigest digest = FileDigest.sha256();
        digest.update(line.getBytes(StandardCharsets.UTF_8));
        return FileDigest.hex(digest);
    }
}
