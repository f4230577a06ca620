package dev.loramill.fuzzing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes JSON out of a corpus of JSON, with faults that parsers let through: members of other types,
 * odd texts and numbers, members that are missing, repeated or of others. Now and then it is no
 * JSON any more.
 */
public final class JsonMutator {
    private static final int DEEPEST = 200;
    private static final int MOST_NODES = 10_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    // Halves of surrogate pairs can be written in no other way.
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .nodeFactory(NODES)
                    .build();

    static {
        // Four faults may nest four times.
        JSON.getFactory()
                .setStreamWriteConstraints(
                        StreamWriteConstraints.builder().maxNestingDepth(10 * DEEPEST).build());
    }

    private final List<JsonNode> corpus = new ArrayList<>();
    private final List<String> words;
    private final Mutator mutator;

    /**
     * A mutator of a corpus, of which what is no JSON is passed over.
     *
     * @param words texts that mean something in these documents
     */
    public JsonMutator(List<byte[]> corpus, List<String> words) {
        for (byte[] document : corpus) {
            try {
                JsonNode tree = JSON.readTree(document);
                if (tree instanceof ContainerNode<?>) {
                    this.corpus.add(tree);
                }
            } catch (JsonProcessingException e) {
                // A document that was found to fail need not be JSON.
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        this.words = List.copyOf(words);
        this.mutator = new Mutator(corpus, words);
    }

    /** A document of the corpus with one to four faults. */
    public byte[] mutate(Random random) {
        return mutate(OddValues.pick(corpus, random), random);
    }

    /** The same, of a document that is given. */
    public byte[] mutate(JsonNode document, Random random) {
        JsonNode tree = document.deepCopy();
        for (int faults = faults(random); faults > 0; faults--) {
            List<ContainerNode<?>> containers = new ArrayList<>();
            collect(tree, containers);
            mutateOnce(OddValues.pick(containers, random), random);
        }
        byte[] bytes = write(tree);
        return random.nextInt(8) == 0 ? mutator.mutate(bytes, random) : bytes;
    }

    /** Mostly one, since a second may hide what the first does. */
    private static int faults(Random random) {
        return random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(4);
    }

    private static byte[] write(JsonNode tree) {
        try {
            return JSON.writeValueAsString(tree).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect(JsonNode tree, List<ContainerNode<?>> containers) {
        if (tree instanceof ContainerNode<?> container && containers.size() < 10_000) {
            containers.add(container);
            tree.forEach(element -> collect(element, containers));
        }
    }

    private void mutateOnce(ContainerNode<?> container, Random random) {
        switch (container) {
            case ObjectNode object -> member(object, random);
            case ArrayNode array -> element(array, random);
            default -> throw new IllegalStateException("neither an object nor an array");
        }
    }

    private void member(ObjectNode object, Random random) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty()) {
            object.set(text(random), value(object, random));
            return;
        }
        String name = OddValues.pick(names, random);
        JsonNode value = object.path(name);
        switch (random.nextInt(8)) {
            case 0 -> object.remove(name);
            case 1 -> {
                object.remove(name);
                object.set(text(random), value);
            }
            case 2 -> object.set(text(random), value);
            default -> object.set(name, value(value, random));
        }
    }

    private static int size(JsonNode tree) {
        int size = 1;
        for (JsonNode element : tree) {
            size += size(element);
        }
        return size;
    }

    private void element(ArrayNode array, Random random) {
        if (array.isEmpty()) {
            array.add(value(array, random));
            return;
        }
        int index = random.nextInt(array.size());
        JsonNode element = array.get(index);
        switch (random.nextInt(5)) {
            case 0 -> array.remove(index);
            case 1 -> {
                int most = 1 + MOST_NODES / size(element);
                for (int times = Math.min(most, 1 << random.nextInt(11)); times > 0; times--) {
                    array.insert(index, element.deepCopy());
                }
            }
            case 2 -> array.add(value(element, random));
            default -> array.set(index, value(element, random));
        }
    }

    /** Another value in the place of one: mostly of the same type, since others are refused. */
    private JsonNode value(JsonNode old, Random random) {
        int kind = random.nextInt(12);
        if (kind < 6 && old.isTextual()) {
            return NODES.textNode(text(random, old.textValue()));
        }
        if (kind < 6 && old.isNumber()) {
            return old.isIntegralNumber()
                    ? NODES.numberNode(OddValues.pick(OddValues.INTEGERS, random))
                    : NODES.numberNode(OddValues.pick(OddValues.DECIMALS, random));
        }
        return switch (random.nextInt(10)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(OddValues.pick(OddValues.DECIMALS, random));
            case 3 -> NODES.numberNode(OddValues.pick(OddValues.INTEGERS, random));
            case 4 -> NODES.objectNode();
            case 5 -> NODES.arrayNode();
            case 6 -> nested(old, random);
            case 7 -> OddValues.pick(corpus, random).deepCopy();
            default -> NODES.textNode(text(random));
        };
    }

    private static JsonNode nested(JsonNode old, Random random) {
        JsonNode nested = old.deepCopy();
        for (int depth = random.nextInt(DEEPEST); depth > 0; depth--) {
            nested =
                    random.nextBoolean()
                            ? NODES.arrayNode().add(nested)
                            : NODES.objectNode().set("a", nested);
        }
        return nested;
    }

    private String text(Random random) {
        return !words.isEmpty() && random.nextInt(3) == 0
                ? OddValues.pick(words, random)
                : OddValues.text(random);
    }

    private String text(Random random, String old) {
        int at = random.nextInt(old.length() + 1);
        return switch (random.nextInt(4)) {
            case 0 -> old.substring(0, at) + text(random) + old.substring(at);
            case 1 -> old.substring(0, at);
            case 2 ->
                    old.repeat(Math.min(1 << random.nextInt(10), 1 + 65_536 / (old.length() + 1)));
            default -> text(random);
        };
    }
}
