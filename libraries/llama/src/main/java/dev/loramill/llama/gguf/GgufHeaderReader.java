package dev.loramill.llama.gguf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and checks the header of a GGUF file (versions 3, little-endian). */
final class GgufHeaderReader {
    static final int MAGIC = 0x46554747;
    static final int VERSION = 3;
    static final int DEFAULT_ALIGNMENT = 32;
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int MAX_TENSOR_NAME_BYTES = 63;
    private static final int MAX_DIMENSIONS = 4;
    private static final int MAX_ALIGNMENT = 4096;
    private static final int SMALLEST_ENTRY_BYTES = 8 + 1 + 4 + 1;
    private static final int SMALLEST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

    private final GgufCursor cursor;
    private final GgufLimits limits;
    private final long fileSize;

    GgufHeaderReader(MemorySegment file, GgufLimits limits) {
        this.cursor = new GgufCursor(file);
        this.limits = limits;
        this.fileSize = file.byteSize();
    }

    GgufHeader read() {
        int magic = cursor.readInt("magic");
        if (magic != MAGIC) {
            throw new InvalidGgufException(
                    "magic", 0, String.format("0x%08x", magic), "\"GGUF\" (0x46554747)");
        }
        int version = cursor.readInt("version");
        if (version != VERSION) {
            throw new InvalidGgufException("version", 4, version, "3 (little-endian)");
        }
        long tensorCountOffset = cursor.position();
        int tensorCount = cursor.readCount("tensor count", limits.tensorCount());
        long entryCountOffset = cursor.position();
        int entryCount = cursor.readCount("metadata count", limits.metadataCount());
        cursor.requireRoom("metadata count", entryCountOffset, entryCount, SMALLEST_ENTRY_BYTES);
        cursor.requireRoom("tensor count", tensorCountOffset, tensorCount, SMALLEST_TENSOR_BYTES);

        GgufMetadata metadata = new GgufMetadataReader(cursor, limits).read(entryCount);
        int alignment = alignment(metadata);
        List<Announced> announced = new ArrayList<>();
        for (int i = 0; i < tensorCount; i++) {
            announced.add(readTensor(i));
            cursor.requireAtMost(limits.metadataBytes());
        }
        long contents = Math.ceilDiv(cursor.position(), (long) alignment) * alignment;
        return new GgufHeader(
                version, metadata, place(announced, alignment, contents), alignment, contents);
    }

    private static int alignment(GgufMetadata metadata) {
        if (!metadata.contains(ALIGNMENT_KEY)) {
            return DEFAULT_ALIGNMENT;
        }
        GgufValue value = metadata.find(ALIGNMENT_KEY).orElseThrow();
        if (value instanceof GgufValue.Whole(GgufValueType type, long n)
                && type == GgufValueType.UINT32
                && n >= 8
                && n <= MAX_ALIGNMENT
                && Long.bitCount(n) == 1) {
            return (int) n;
        }
        throw new InvalidGgufException(
                "metadata \"" + ALIGNMENT_KEY + "\"",
                metadata.offset(ALIGNMENT_KEY),
                value.type() + " " + GgufMetadata.describe(value),
                "a UINT32 power of two in [8, " + MAX_ALIGNMENT + "]");
    }

    /** A tensor's description before its contents are placed in the file. */
    private record Announced(
            String name,
            GgmlType type,
            List<Long> dimensions,
            long byteSize,
            long relativeOffset,
            long fieldOffset) {}

    private Announced readTensor(int index) {
        String field = "tensor[" + index + "]";
        long nameOffset = cursor.position();
        String name = cursor.readString(field + " name", MAX_TENSOR_NAME_BYTES);
        if (name.isEmpty()) {
            throw new InvalidGgufException(
                    field + " name", nameOffset, "an empty string", "non-empty");
        }
        String named = "tensor \"" + name + "\"";
        long rankOffset = cursor.position();
        int rank = cursor.readInt(named + " dimension count");
        if (rank < 1 || rank > MAX_DIMENSIONS) {
            throw new InvalidGgufException(
                    named + " dimension count",
                    rankOffset,
                    Integer.toUnsignedString(rank),
                    "in [1, 4]");
        }
        long sizesOffset = cursor.position();
        List<Long> dimensions = new ArrayList<>(rank);
        for (int axis = 0; axis < rank; axis++) {
            dimensions.add(cursor.readLong(named + " dimension " + axis));
        }
        long typeOffset = cursor.position();
        int typeId = cursor.readInt(named + " type");
        GgmlType type =
                GgmlType.ofId(typeId)
                        .orElseThrow(() ->
                                new InvalidGgufException(
                                        named + " type",
                                        typeOffset,
                                        Integer.toUnsignedString(typeId),
                                        "the number of a known storage type"));
        long byteSize = byteSize(named, sizesOffset, dimensions, type);
        long fieldOffset = cursor.position();
        long relativeOffset = cursor.readLong(named + " offset");
        return new Announced(name, type, dimensions, byteSize, relativeOffset, fieldOffset);
    }

    private long byteSize(String named, long offset, List<Long> dimensions, GgmlType type) {
        long elements = 1;
        for (long size : dimensions) {
            long high = Math.multiplyHigh(elements, size);
            if (size < 1 || high != 0 || elements * size < 1) {
                throw new InvalidGgufException(
                        named + " dimensions",
                        offset,
                        dimensions,
                        "positive, with a product below 2^63");
            }
            elements *= size;
        }
        if (dimensions.getFirst() % type.blockSize() != 0) {
            throw new InvalidGgufException(
                    named + " dimension 0",
                    offset,
                    dimensions.getFirst(),
                    "a multiple of " + type.blockSize() + " for " + type);
        }
        long blocks = elements / type.blockSize();
        if (blocks > fileSize / type.typeSize()) {
            throw new InvalidGgufException(
                    named + " dimensions",
                    offset,
                    dimensions,
                    "of contents that fit the file of " + fileSize + " bytes");
        }
        return blocks * type.typeSize();
    }

    private Map<String, GgufTensor> place(
            List<Announced> announced, int alignment, long contentsOffset) {
        Map<String, GgufTensor> tensors = new LinkedHashMap<>();
        long contentsSize = fileSize - contentsOffset;
        for (Announced tensor : announced) {
            String field = "tensor \"" + tensor.name() + "\" offset";
            long relative = tensor.relativeOffset();
            if (relative < 0 || relative % alignment != 0) {
                throw new InvalidGgufException(
                        field,
                        tensor.fieldOffset(),
                        Long.toUnsignedString(relative),
                        "a multiple of " + alignment);
            }
            if (tensor.byteSize() > contentsSize || relative > contentsSize - tensor.byteSize()) {
                throw new InvalidGgufException(
                        field,
                        tensor.fieldOffset(),
                        relative,
                        "at most "
                                + (contentsSize - tensor.byteSize())
                                + ", so that "
                                + tensor.byteSize()
                                + " bytes lie inside the file of "
                                + fileSize
                                + " bytes (is it truncated?)");
            }
            GgufTensor placed =
                    new GgufTensor(
                            tensor.name(),
                            tensor.type(),
                            tensor.dimensions(),
                            contentsOffset + relative);
            if (tensors.putIfAbsent(tensor.name(), placed) != null) {
                throw new InvalidGgufException(
                        "tensor \"" + tensor.name() + "\" name",
                        tensor.fieldOffset(),
                        "the same name once more",
                        "unique");
            }
        }
        return tensors;
    }
}
