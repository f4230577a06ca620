package dev.loramill.llama.cli;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufValueType;
import dev.loramill.llama.gguf.InvalidGgufException;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A GGUF file as readable text. */
final class GgufDescription {
    private static final int SHOWN_CHARACTERS = 72;
    private static final int SHOWN_ELEMENTS = 6;

    private final GgufFile file;
    private final boolean isFull;

    GgufDescription(GgufFile file, boolean isFull) {
        this.file = file;
        this.isFull = isFull;
    }

    void print(PrintWriter out) {
        out.println("file      " + file.path() + "  " + size(file.sizeBytes()));
        out.println(
                "format    GGUF version "
                        + file.version()
                        + ", "
                        + file.metadata().size()
                        + " metadata entries, "
                        + file.tensors().size()
                        + " tensors, alignment "
                        + file.alignment());
        out.println("contents  " + storage());
        try {
            out.println("model     " + describe(ModelHyperparameters.read(file)));
        } catch (InvalidGgufException e) {
            // An adapter or another kind of file, which has no model's sizes.
        }
        out.println();
        for (String key : file.metadata().keys()) {
            out.println(key + " = " + value(file.metadata().find(key).orElseThrow()));
        }
        out.println();
        for (GgufTensor tensor : file.tensors()) {
            out.println(
                    String.format(
                            Locale.ROOT,
                            "%-36s %-5s %-18s %12d bytes at %d",
                            tensor.name(),
                            tensor.type(),
                            tensor.dimensions(),
                            tensor.byteSize(),
                            tensor.offset()));
        }
    }

    static String describe(ModelHyperparameters model) {
        return String.format(
                Locale.ROOT,
                "%s: %d blocks, width %d, %d heads on %d of %d, feed-forward %d, vocabulary %d%s,"
                        + " context %d, rope base %s%s",
                model.architecture(),
                model.blockCount(),
                model.embeddingLength(),
                model.headCount(),
                model.keyValueHeadCount(),
                model.headDimension(),
                model.feedForwardLength(),
                model.vocabularySize(),
                model.isTied() ? " (tied)" : "",
                model.contextLength(),
                model.ropeFrequencyBase(),
                model.ropeFactorsTensor().isPresent() ? " with factors" : "");
    }

    private String storage() {
        Map<GgmlType, long[]> totals = new EnumMap<>(GgmlType.class);
        for (GgufTensor tensor : file.tensors()) {
            long[] total = totals.computeIfAbsent(tensor.type(), type -> new long[2]);
            total[0]++;
            total[1] += tensor.byteSize();
        }
        return totals.entrySet().stream()
                .map(entry ->
                        entry.getValue()[0]
                                + " × "
                                + entry.getKey()
                                + " "
                                + size(entry.getValue()[1]))
                .collect(Collectors.joining(", "));
    }

    private static String size(long bytes) {
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private String value(GgufValue value) {
        return switch (value) {
            case GgufValue.Text(String text) -> quoted(text);
            case GgufValue.Bool(boolean b) -> String.valueOf(b);
            case GgufValue.Whole(GgufValueType type, long n) ->
                    (type == GgufValueType.UINT64 ? Long.toUnsignedString(n) : String.valueOf(n))
                            + "  "
                            + type;
            case GgufValue.Real(GgufValueType type, double x) ->
                    (type == GgufValueType.FLOAT32 ? String.valueOf((float) x) : String.valueOf(x))
                            + "  "
                            + type;
            case GgufValue.Texts(List<String> list) ->
                    array("STRING", list.stream().map(this::quoted).toList());
            case GgufValue.Bools(List<Boolean> list) -> array("BOOL", list);
            case GgufValue.Wholes(GgufValueType type, List<Long> list) -> array(type.name(), list);
            case GgufValue.Reals(GgufValueType type, List<Double> list) -> array(type.name(), list);
        };
    }

    private String array(String elementType, List<?> list) {
        int shown = isFull ? list.size() : Math.min(SHOWN_ELEMENTS, list.size());
        return list.subList(0, shown).stream()
                .map(String::valueOf)
                .collect(
                        Collectors.joining(
                                ", ",
                                "[",
                                (shown < list.size() ? ", …]" : "]")
                                        + "  "
                                        + list.size()
                                        + " "
                                        + elementType));
    }

    /** Control characters are escaped, so that a file cannot steer the terminal. */
    private String quoted(String text) {
        StringBuilder shown = new StringBuilder("\"");
        int length = isFull ? text.length() : Math.min(SHOWN_CHARACTERS, text.length());
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                shown.append("\\n");
            } else if (Character.isISOControl(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.append(length < text.length() ? "…\"" : "\"").toString();
    }
}
