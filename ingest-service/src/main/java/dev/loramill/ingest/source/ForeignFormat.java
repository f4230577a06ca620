package dev.loramill.ingest.source;

import java.util.Arrays;

/** Kinds of file that people send by mistake, known by their first bytes. */
enum ForeignFormat {
    ZIP("a zip archive or an Office document", 'P', 'K', 3, 4),
    ZSTD("zstd data", 0x28, 0xb5, 0x2f, 0xfd),
    XZ("xz data", 0xfd, '7', 'z', 'X', 'Z', 0),
    BZIP2("bzip2 data", 'B', 'Z', 'h'),
    PARQUET("a Parquet file", 'P', 'A', 'R', '1'),
    PDF("a PDF document", '%', 'P', 'D', 'F'),
    SQLITE("an SQLite database", 'S', 'Q', 'L', 'i', 't', 'e'),
    GGUF("a GGUF model", 'G', 'G', 'U', 'F'),
    GZIP("gzip data inside gzip data", 0x1f, 0x8b),
    UTF_16_LITTLE_ENDIAN("UTF-16 text", 0xff, 0xfe),
    UTF_16_BIG_ENDIAN("UTF-16 text", 0xfe, 0xff);

    private final String description;
    private final byte[] magic;

    ForeignFormat(String description, int... magic) {
        this.description = description;
        this.magic = new byte[magic.length];
        for (int i = 0; i < magic.length; i++) {
            this.magic[i] = (byte) magic[i];
        }
    }

    /** Refuses bytes that begin like one of these. */
    static void refuse(byte[] bytes, int length) throws UnreadableSourceException {
        for (ForeignFormat format : values()) {
            int end = format.magic.length;
            if (length >= end && Arrays.equals(bytes, 0, end, format.magic, 0, end)) {
                throw new UnreadableSourceException(
                        "invalid_file_format",
                        ("this is %s; allowed is JSONL (one JSON object a line, UTF-8), plain or"
                                        + " packed by gzip")
                                .formatted(format.description));
            }
        }
    }
}
