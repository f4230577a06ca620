package dev.loramill.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.trainer.data.Document;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.lora.LoraConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** One case of {@code src/test/python/make_goldens.py}: a tiny base and what PEFT made of it. */
public final class Golden {
    private final String name;
    private final JsonNode header;
    private final JsonNode about;
    private final ByteBuffer contents;

    private Golden(String name, JsonNode header, JsonNode about, ByteBuffer contents) {
        this.name = name;
        this.header = header;
        this.about = about;
        this.contents = contents;
    }

    public static Golden read(String name) {
        try {
            byte[] bytes = Files.readAllBytes(resource(name + ".safetensors"));
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int headerLength = Math.toIntExact(buffer.getLong());
            ObjectMapper json = new ObjectMapper();
            JsonNode header =
                    json.readTree(new String(bytes, 8, headerLength, StandardCharsets.UTF_8));
            JsonNode about = json.readTree(header.path("__metadata__").path("about").asText());
            ByteBuffer contents =
                    buffer.position(8 + headerLength).slice().order(ByteOrder.LITTLE_ENDIAN);
            return new Golden(name, header, about, contents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path base() {
        return resource(name + ".gguf");
    }

    public FrozenWeights openBase() {
        try {
            return new GgufWeights(GgufFile.open(base()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public LoraConfig lora() {
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        about.path("targets")
                .forEach(t -> targets.add(LoraTarget.ofGgufName(t.asText()).orElseThrow()));
        return new LoraConfig(
                about.path("rank").asInt(),
                about.path("alpha").asDouble(),
                0.0,
                about.path("rslora").asBoolean(),
                targets);
    }

    public double number(String key) {
        return about.path(key).asDouble();
    }

    public float[] floats(String tensor) {
        ByteBuffer bytes = bytes(tensor);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    public List<Document> documents(int batch) {
        int[] lengths = ints("batch." + batch + ".lengths");
        int[] tokens = ints("batch." + batch + ".tokens");
        int[] labels = ints("batch." + batch + ".labels");
        List<Document> documents = new ArrayList<>();
        int start = 0;
        for (int length : lengths) {
            int[] own = new int[length];
            boolean[] learnt = new boolean[length];
            for (int i = 0; i < length; i++) {
                own[i] = tokens[start + i];
                learnt[i] = labels[start + i] == 1;
            }
            documents.add(new Document("batch " + batch, own, learnt));
            start += length;
        }
        return documents;
    }

    public PackedBatch batch(int batch) {
        return PackedBatch.of(documents(batch));
    }

    private int[] ints(String tensor) {
        ByteBuffer bytes = bytes(tensor);
        int[] values = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(values);
        return values;
    }

    private ByteBuffer bytes(String tensor) {
        JsonNode offsets = header.path(tensor).path("data_offsets");
        int from = offsets.path(0).asInt();
        int to = offsets.path(1).asInt();
        return contents.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Path resource(String file) {
        URL url =
                Objects.requireNonNull(
                        Golden.class.getResource("/golden/" + file), "no golden " + file);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
