package dev.loramill.llama.gguf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The key-value pairs of a file, in file order, with typed access.
 *
 * <p>The {@code find…} methods answer empty where the key is missing; all methods throw {@link
 * InvalidGgufException} where the value has another type than asked for.
 */
public final class GgufMetadata {
    /** A value and where it stands in the file; -1 when it comes from none. */
    record Entry(GgufValue value, long offset) {}

    private final Map<String, Entry> entries;

    GgufMetadata(Map<String, Entry> entries) {
        this.entries = new LinkedHashMap<>(entries);
    }

    /** All keys, in file order. */
    public Set<String> keys() {
        return java.util.Collections.unmodifiableSet(entries.keySet());
    }

    /** The number of entries. */
    public int size() {
        return entries.size();
    }

    /** Whether the key is there. */
    public boolean contains(String key) {
        return entries.containsKey(key);
    }

    /** The value with its exact type. */
    public Optional<GgufValue> find(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    /** Byte offset of a value in the file; -1 if the key is missing. */
    public long offset(String key) {
        Entry entry = entries.get(key);
        return entry == null ? -1 : entry.offset();
    }

    /** A string, if the key is there. */
    public Optional<String> findString(String key) {
        return typed(key, "a string", v -> v instanceof GgufValue.Text(String s) ? s : null);
    }

    /** A string. */
    public String string(String key) {
        return required(key, "a string", findString(key));
    }

    /** A whole number of any integer type, if the key is there. */
    public Optional<Long> findInteger(String key) {
        return typed(
                key,
                "a whole number below 2^63",
                v ->
                        v instanceof GgufValue.Whole(GgufValueType type, long n)
                                        && (type != GgufValueType.UINT64 || n >= 0)
                                ? n
                                : null);
    }

    /** A whole number of any integer type. */
    public long integer(String key) {
        return required(key, "a whole number", findInteger(key));
    }

    /** A floating-point number of either width, if the key is there. */
    public Optional<Double> findReal(String key) {
        return typed(
                key,
                "a floating-point number",
                v -> v instanceof GgufValue.Real(GgufValueType _, double x) ? x : null);
    }

    /** A floating-point number of either width. */
    public double real(String key) {
        return required(key, "a floating-point number", findReal(key));
    }

    /** A boolean, if the key is there. */
    public Optional<Boolean> findBool(String key) {
        return typed(key, "a boolean", v -> v instanceof GgufValue.Bool(boolean b) ? b : null);
    }

    /** A boolean. */
    public boolean bool(String key) {
        return required(key, "a boolean", findBool(key));
    }

    /** An array of strings, if the key is there. */
    public Optional<List<String>> findStrings(String key) {
        return typed(
                key,
                "an array of strings",
                v -> v instanceof GgufValue.Texts(List<String> list) ? list : null);
    }

    /** An array of strings. */
    public List<String> strings(String key) {
        return required(key, "an array of strings", findStrings(key));
    }

    /** An array of whole numbers, if the key is there. */
    public Optional<List<Long>> findIntegers(String key) {
        return typed(
                key,
                "an array of whole numbers",
                v -> v instanceof GgufValue.Wholes(GgufValueType _, List<Long> list) ? list : null);
    }

    /** An array of whole numbers. */
    public List<Long> integers(String key) {
        return required(key, "an array of whole numbers", findIntegers(key));
    }

    /** An array of floating-point numbers, if the key is there. */
    public Optional<List<Double>> findReals(String key) {
        return typed(
                key,
                "an array of floating-point numbers",
                v ->
                        v instanceof GgufValue.Reals(GgufValueType _, List<Double> list)
                                ? list
                                : null);
    }

    private <T> Optional<T> typed(
            String key,
            String allowed,
            Function<GgufValue, @org.jspecify.annotations.Nullable T> cast) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        T value = cast.apply(entry.value());
        if (value == null) {
            throw new InvalidGgufException(
                    "metadata \"" + key + "\"", entry.offset(), describe(entry.value()), allowed);
        }
        return Optional.of(value);
    }

    private static <T> T required(String key, String allowed, Optional<T> value) {
        return value.orElseThrow(
                () -> new InvalidGgufException("metadata \"" + key + "\"", -1, "nothing", allowed));
    }

    /** A value in a few words, for people. */
    static String describe(GgufValue value) {
        return switch (value) {
            case GgufValue.Text(String s) -> "\"" + s + "\"";
            case GgufValue.Bool(boolean b) -> Boolean.toString(b);
            case GgufValue.Whole(GgufValueType type, long n) ->
                    type == GgufValueType.UINT64 ? Long.toUnsignedString(n) : Long.toString(n);
            case GgufValue.Real(GgufValueType type, double x) ->
                    type == GgufValueType.FLOAT32 ? Float.toString((float) x) : Double.toString(x);
            case GgufValue.Texts(List<String> list) -> "an array of " + list.size() + " STRING";
            case GgufValue.Bools(List<Boolean> list) -> "an array of " + list.size() + " BOOL";
            case GgufValue.Wholes(GgufValueType type, List<Long> list) ->
                    "an array of " + list.size() + " " + type;
            case GgufValue.Reals(GgufValueType type, List<Double> list) ->
                    "an array of " + list.size() + " " + type;
        };
    }
}
