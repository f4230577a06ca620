package dev.loramill.ingest.source;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** Limits of what is read. */
@ConfigMapping(prefix = "loramill.ingest")
public interface SourceConfig {
    /**
     * Longest row, in bytes of UTF-8; a longer line is refused by the rule {@code row-too-long}.
     * Raise it together with the brokers' {@code message.max.bytes}, which must hold six times as
     * much: that is what a refused line can grow to when it is written as JSON.
     */
    @WithDefault("512K")
    MemorySize maxRowBytes();

    /** Most bytes that a gzip file or batch may unpack to; more is taken for a bomb. */
    @WithDefault("16G")
    MemorySize maxUnpackedBytes();

    /**
     * Most bytes that one packed byte may unpack to on average, looked at after the first 64 MiB;
     * more is taken for a bomb. Rows of real text stay below 30.
     */
    @WithDefault("200")
    @Min(2)
    @Max(1100)
    int maxUnpackRatio();

    /** Most bytes that a batch of rows may have as it is sent. */
    @WithDefault("32M")
    MemorySize maxBatchBytes();

    /** Most rows of a file or batch; one with more is refused as a whole. */
    @WithDefault("1000000")
    @Min(1)
    long maxRows();

    /**
     * Most wrong rows of a file or batch, each of which is kept with its reason; one with more is
     * refused as a whole.
     */
    @WithDefault("10000")
    @Min(0)
    long maxRefusedRows();

    /**
     * Largest record of submitted rows, in bytes as it unpacks; a larger one is a dead letter,
     * before it is read.
     */
    @WithDefault("1M")
    MemorySize maxRecordBytes();

    /**
     * How long sealing waits for submitted records that Kafka has acknowledged; then it is refused,
     * to be tried again.
     */
    @WithDefault("10s")
    Duration sealTimeout();

    /** The limits as the readers take them. */
    default SourceLimits limits() {
        return new SourceLimits(
                Math.toIntExact(maxRowBytes().asLongValue()),
                maxUnpackedBytes().asLongValue(),
                maxUnpackRatio());
    }
}
